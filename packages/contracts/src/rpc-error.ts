import * as grpc from '@grpc/grpc-js';
import { ContractError } from './contract-error.ts';
import { decodeRichStatus, encodeRichStatus, STATUS_DETAILS_KEY, type StatusDetails } from './rich-status.ts';

export type RpcCode = keyof typeof grpc.status;

/** A call that failed, on either side of it. `message` is one sentence for a person. */
export class RpcError extends Error {
  override readonly name = 'RpcError';
  readonly code: RpcCode;
  readonly details: StatusDetails;

  constructor(code: RpcCode, message: string, details: StatusDetails = {}, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.details = details;
  }
}

/** What a handler passes to grpc-js for a failed call, with its details in the trailer. */
export function toGrpcStatus(error: unknown): grpc.StatusObject {
  const { code, message, details } = toRpcError(error);
  const metadata = new grpc.Metadata();
  if (details.reason !== undefined || details.violations !== undefined) {
    metadata.set(STATUS_DETAILS_KEY, encodeRichStatus(grpc.status[code], message, details));
  }
  return { code: grpc.status[code], details: message, metadata };
}

/**
 * The one place where foreign errors become RpcErrors: what grpc-js reports, broken contracts, and anything else, of
 * which the caller learns nothing but that it is internal (the cause is kept for the log).
 */
export function toRpcError(error: unknown): RpcError {
  if (error instanceof RpcError) {
    return error;
  }
  if (error instanceof ContractError) {
    const details = { reason: 'INVALID_MESSAGE', violations: [{ field: error.path, description: error.message }] };
    return new RpcError('INVALID_ARGUMENT', error.message, details, { cause: error });
  }
  if (isServiceError(error)) {
    const rich = error.metadata?.get(STATUS_DETAILS_KEY)[0];
    const details = rich instanceof Uint8Array ? decodeRichStatus(rich) : {};
    return new RpcError(codeName(error.code), error.details || error.message, details, { cause: error });
  }
  return new RpcError('INTERNAL', 'internal error', {}, { cause: error });
}

function isServiceError(error: unknown): error is grpc.ServiceError {
  return error instanceof Error && 'code' in error && typeof error.code === 'number' && 'details' in error;
}

function codeName(code: number): RpcCode {
  return (grpc.status[code] as RpcCode | undefined) ?? 'UNKNOWN';
}
