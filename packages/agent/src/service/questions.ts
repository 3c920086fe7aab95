import {
  type CheckRequest,
  type CheckResponse,
  CheckResponseSchema,
  create,
  type ListProbesRequest,
  type ListProbesResponse,
  ListProbesResponseSchema,
  RpcError,
} from '@bpfleet/contracts';
import { noLimits } from '../guard/limits.ts';
import type { NodeGuard } from '../guard/node-guard.ts';
import { encodeDiagnostics, traceFailure } from '../session/diagnostics.ts';
import type { Tracing } from '../tracing.ts';
import { requireProgram } from './program.ts';

const maxProbes = 10_000;
const maxPatternLength = 1024;

/** The same answers for the service's callers and for the controller. Throw RpcError. */
export async function answerCheck(tracing: Tracing, guard: NodeGuard, request: CheckRequest): Promise<CheckResponse> {
  const program = requireProgram(request.program);
  try {
    const {
      loads,
      diagnostics,
      reason,
      verifierLog,
      probes,
      mapBytes,
      variant = '',
    } = await tracing.check(program, guard.limitsOf({ program, asked: noLimits }));
    return create(CheckResponseSchema, {
      loads,
      diagnostics: encodeDiagnostics(diagnostics),
      reason,
      verifierLog,
      probes,
      mapBytes: BigInt(mapBytes),
      variant,
    });
  } catch (error) {
    const failure = traceFailure(error);
    // What is no failure of the program is none of the answer.
    if (failure.code === null) throw error;
    return create(CheckResponseSchema, {
      loads: false,
      diagnostics: failure.diagnostics,
      reason: failure.reason,
      verifierLog: failure.verifierLog,
    });
  }
}

export async function answerListProbes(tracing: Tracing, request: ListProbesRequest): Promise<ListProbesResponse> {
  if (request.pattern.length > maxPatternLength) {
    throw new RpcError('INVALID_ARGUMENT', `pattern is longer than ${maxPatternLength} characters`);
  }
  const limit = request.limit === 0 ? maxProbes : Math.min(request.limit, maxProbes);
  const { probes, matched } = await tracing.listProbes(request.pattern || '*', { limit, arguments: request.arguments });
  return create(ListProbesResponseSchema, {
    matched,
    probes: probes.map((probe) => ({
      name: probe.name,
      arguments: probe.arguments.map(({ type, name }) => ({ type, name })),
    })),
  });
}
