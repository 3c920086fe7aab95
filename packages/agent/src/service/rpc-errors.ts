import { type RpcCode, RpcError } from '@bpfleet/contracts';
import { AgentError } from '../agent-error.ts';
import { traceFailure } from '../session/diagnostics.ts';

const codes: Readonly<Record<string, RpcCode>> = {
  compile: 'INVALID_ARGUMENT',
  verifier: 'FAILED_PRECONDITION',
  unsupported: 'FAILED_PRECONDITION',
  limit: 'RESOURCE_EXHAUSTED',
  attach: 'FAILED_PRECONDITION',
  permission: 'PERMISSION_DENIED',
  policy: 'PERMISSION_DENIED',
  busy: 'RESOURCE_EXHAUSTED',
  unusable: 'FAILED_PRECONDITION',
};

/** What a caller of the service is told about a failure of the tracer or a refusal of the guard. Anything unknown stays as it is: internal. */
export function toServiceError(error: unknown): unknown {
  if (error instanceof RpcError || error instanceof AgentError) return error;
  const { code, reason, diagnostics } = traceFailure(error);
  const status = code === null ? undefined : codes[code];
  if (!code || !status) return error;
  const violations = diagnostics.map((each) => ({
    field: `program.script:${each.line}:${each.column}`,
    description: each.hint ? `${each.message} (${each.hint})` : each.message,
  }));
  return new RpcError(status, reason, { reason: code.toUpperCase(), violations }, { cause: error });
}
