import { createHash } from 'node:crypto';
import type { TraceProgram } from '@bpfleet/tracer';

/** `sha256:` and 64 hexadecimal digits of a script's text or an object's bytes: as the controller tells it of a session. */
export function programDigest(program: TraceProgram): string {
  const content = program.kind === 'script' ? program.source : program.object;
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}
