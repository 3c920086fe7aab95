import type { TypeSource } from '@bpfleet/bpf';
import type { AddressSpace, Type } from './type.ts';

/** The structure or union that a value is or points to, and which memory it is in. */
export function recordOf(
  types: TypeSource | undefined,
  type: Type,
): { readonly id: number; readonly name: string; readonly space: AddressSpace } | undefined {
  if (type.kind === 'record') return type;
  if (type.kind !== 'pointer' || type.to === undefined) return undefined;
  const target = types?.resolve(type.to);
  return target?.kind === 'record' ? { id: target.id, name: target.name, space: type.space } : undefined;
}
