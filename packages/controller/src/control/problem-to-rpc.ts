import { type RpcCode, RpcError } from '@bpfleet/contracts';
import type { Problem, ProblemCode } from '../problem/problem.ts';
import { toProblem } from '../problem/to-problem.ts';

const codes: Readonly<Record<ProblemCode, RpcCode>> = {
  invalid_request: 'INVALID_ARGUMENT',
  invalid_selector: 'INVALID_ARGUMENT',
  no_matching_node: 'FAILED_PRECONDITION',
  invalid_program: 'INVALID_ARGUMENT',
  invalid_duration: 'INVALID_ARGUMENT',
  invalid_schedule: 'INVALID_ARGUMENT',
  unauthenticated: 'UNAUTHENTICATED',
  forbidden: 'PERMISSION_DENIED',
  not_found: 'NOT_FOUND',
  rate_limited: 'RESOURCE_EXHAUSTED',
  idempotency_conflict: 'ALREADY_EXISTS',
  payload_too_large: 'RESOURCE_EXHAUSTED',
  database_unavailable: 'UNAVAILABLE',
  internal: 'INTERNAL',
};

/** Runs a call; what it throws, as gRPC says it. */
export async function problemToRpc<T>(call: () => T | Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw problemAsRpc(error);
  }
}

/** A problem becomes a status with its code as the reason, and diagnostics as violations; any other error stays what it is. */
export function problemAsRpc(error: unknown): unknown {
  const problem = toProblem(error);
  return problem === undefined ? error : toRpc(problem);
}

function toRpc(problem: Problem): RpcError {
  const { hint, pointer, diagnostics } = problem.details;
  const message = hint === undefined ? problem.message : `${problem.message} ${hint}`;
  const violations = (diagnostics ?? []).map(({ line, column, message: description }) => ({
    field: `program:${line}:${column}`,
    description,
  }));
  const fields =
    violations.length > 0 || pointer === undefined ? violations : [{ field: pointer, description: problem.message }];
  const details = { reason: problem.code.toUpperCase(), ...(fields.length === 0 ? {} : { violations: fields }) };
  return new RpcError(codes[problem.code], message, details);
}
