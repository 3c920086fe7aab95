import { createHash } from 'node:crypto';
import { variantsDigest } from '@bpfleet/runtime';
import type { TraceProgram } from '@bpfleet/tracer';

/**
 * `sha256:` and 64 hexadecimal digits of a script's text, an object's bytes, or all variants of a tool: as the controller tells
 * it of a session or a tool.
 */
export function programDigest(program: TraceProgram): string {
  if (program.kind === 'variants') return variantsDigest(program.variants.map(({ source }) => source));
  const content = program.kind === 'script' ? program.source : program.object;
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}
