import { type Program, RpcError } from '@bpfleet/contracts';
import type { TraceProgram } from '@bpfleet/tracer';

const maxSourceBytes = 1024 * 1024;

/** The program of a request. Throws RpcError INVALID_ARGUMENT. */
export function requireProgram(program: Program | undefined): TraceProgram {
  const source = program?.source;
  if (source?.case !== 'script') throw new RpcError('INVALID_ARGUMENT', 'program.script is required');
  if (Buffer.byteLength(source.value) > maxSourceBytes) {
    throw new RpcError('INVALID_ARGUMENT', `program.script is longer than ${maxSourceBytes} bytes`);
  }
  return { kind: 'script', source: source.value, name: 'script' };
}
