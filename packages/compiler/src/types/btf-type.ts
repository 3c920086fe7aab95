import type { TypeSource } from '@bpfleet/bpf';
import { type MemorySpace, stringType, type Type } from './type.ts';

/** Why what needs BTF cannot be: vmlinux has none. */
export const NO_TYPES = 'this kernel gives no types of its own (CONFIG_DEBUG_INFO_BTF)';

/** Nested arrays and pointers to pointers; more than any honest type has. */
const MAX_NESTING = 16;

/**
 * What a C type is to a script, or undefined where it cannot be read. `space`: the memory it lies in, which is also
 * where its pointers point to, unless it is the program's own: those are told by the address.
 */
export function btfType(
  types: TypeSource,
  id: number,
  space: MemorySpace,
  maxString: number,
  nesting = 0,
): Type | undefined {
  const type = types.resolve(id);
  switch (type.kind) {
    case 'integer':
      return {
        kind: 'integer',
        size: type.size,
        signed: type.signed,
        ...(type.character ? { character: true as const } : {}),
        ...(type.enumeration === undefined ? {} : { enumeration: type.enumeration }),
      };
    case 'boolean':
      return { kind: 'boolean' };
    case 'pointer': {
      const target = space === 'program' || space === 'context' ? 'any' : space;
      const to = nesting < MAX_NESTING ? btfType(types, type.to, target, maxString, nesting + 1) : undefined;
      return { kind: 'pointer', space: target, ...(to === undefined ? {} : { to }) };
    }
    case 'record':
      return { kind: 'record', id: type.id, name: type.name, size: type.size, space };
    case 'array': {
      const element = nesting < MAX_NESTING ? btfType(types, type.element, space, maxString, nesting + 1) : undefined;
      if (element === undefined) return undefined;
      if (element.kind === 'integer' && element.character === true) {
        return stringType(Math.min(type.length === 0 ? maxString : type.length, maxString));
      }
      return { kind: 'array', element, length: type.length, space };
    }
    case 'void':
      return nesting > 0 ? { kind: 'void' } : undefined;
    case 'other':
      return undefined;
  }
}
