import type { ProbeTarget } from '../probes/provider.ts';
import type { AddressSpace, Type } from '../types/type.ts';

/** Where an address leads. A number has no address space: it is taken for the one the probe's pointers are in. */
export function pointerSpace(type: Type, { context }: ProbeTarget): AddressSpace {
  if (type.kind === 'pointer') return type.space;
  return 'space' in context ? context.space : 'kernel';
}
