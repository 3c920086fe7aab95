import type { RpcError } from '@bpfleet/contracts';

/** `refused`: a person has to act; `lost`: try again soon. */
export type FailureKind = 'refused' | 'lost';

/**
 * What the end of a connection means. TLS alerts reach us as UNAVAILABLE with OpenSSL's words: of those only the ones
 * about certificates do not pass by themselves.
 */
export function failureKind(error: RpcError | null): FailureKind {
  if (!error) return 'lost';
  if (error.code === 'UNAUTHENTICATED' || error.code === 'PERMISSION_DENIED') return 'refused';
  return /alert.*(certificate|unknown ca)|self[- ]signed certificate|unable to (verify|get)|certificate has expired/i.test(
    error.message,
  )
    ? 'refused'
    : 'lost';
}
