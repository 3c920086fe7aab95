import { lowerLiteral } from '../ir/lower-string.ts';
import type { ProbeTarget } from '../probes/provider.ts';
import { textBytes } from '../types/text-bytes.ts';
import { stringType } from '../types/type.ts';
import type { BuiltinDefinition } from './definition.ts';

/** The kind of the probe: `kprobe`, `tracepoint`; of BEGIN and END `special`. */
export const probetype: BuiltinDefinition = {
  name: 'probetype',
  kernel: '4.1',
  known: probeTypeOf,
  check: (_identifier, { target }) => stringType(textBytes(probeTypeOf(target)).length),
  lower: (lowering, into) => lowerLiteral(lowering, probeTypeOf(lowering.target), into),
};

export function probeTypeOf({ name, attach }: ProbeTarget): string {
  return attach.kind === 'begin' || attach.kind === 'end' ? 'special' : (name.split(':')[0] ?? name);
}
