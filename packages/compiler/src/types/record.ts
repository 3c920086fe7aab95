import type { RecordType, Type } from './type.ts';

/** The structure or union that a value is or points to, and which memory it is in. */
export function recordOf(type: Type): RecordType | undefined {
  if (type.kind === 'record') return type;
  return type.kind === 'pointer' && type.to?.kind === 'record' ? { ...type.to, space: type.space } : undefined;
}
