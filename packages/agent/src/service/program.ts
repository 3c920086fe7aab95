import { type Program, RpcError } from '@bpfleet/contracts';
import type { TraceProgram } from '@bpfleet/tracer';
import { readProgram } from '../session/program.ts';

/** The program of a request. Throws RpcError INVALID_ARGUMENT. */
export function requireProgram(program: Program | undefined): TraceProgram {
  const read = readProgram(program, program?.source.case ?? '');
  if (typeof read === 'string') throw new RpcError('INVALID_ARGUMENT', `program: ${read}`);
  return read;
}
