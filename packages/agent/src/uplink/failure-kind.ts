import type { RpcError } from '@bpfleet/contracts';

/** `refused`: a person has to act; `lost`: try again soon. */
export type FailureKind = 'refused' | 'lost';

/** The words that matter, of what grpc-js says. */
export function failureReason(error: RpcError | null): string {
  if (!error) return 'the controller closed the stream';
  const clock = /certificate (is not yet valid|has expired)/.exec(error.message)?.[1];
  if (clock !== undefined) {
    const now = new Date().toISOString();
    return `by this node's clock, ${now}, the controller's certificate ${clock}: set the clock of this node`;
  }
  const [, last] = /Last error: (?:Error: )?(.*?)\.? Resolution note:/s.exec(error.message) ?? [];
  return last ?? error.message;
}

/**
 * What the end of a connection means. TLS alerts reach us as UNAVAILABLE with OpenSSL's words: of those only the ones
 * about certificates do not pass by themselves.
 */
export function failureKind(error: RpcError | null): FailureKind {
  if (!error) return 'lost';
  if (error.code === 'UNAUTHENTICATED' || error.code === 'PERMISSION_DENIED') return 'refused';
  return /alert.*(certificate|unknown ca)|self[- ]signed certificate|unable to (verify|get)|certificate (has expired|is not yet valid)/i.test(
    error.message,
  )
    ? 'refused'
    : 'lost';
}
