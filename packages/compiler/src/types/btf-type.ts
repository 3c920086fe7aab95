import type { TypeSource } from '@bpfleet/bpf';
import { type AddressSpace, stringType, type Type } from './type.ts';

/** What a C type of the kernel is to a script, or undefined where it cannot be read. */
export function btfType(types: TypeSource, id: number, space: AddressSpace, maxString: number): Type | undefined {
  const type = types.resolve(id);
  switch (type.kind) {
    case 'integer':
      return { kind: 'integer', size: type.size, signed: type.signed };
    case 'pointer':
      return { kind: 'pointer', space, text: isCharacter(types, type.to), to: type.to };
    case 'record':
      return { kind: 'record', id: type.id, name: type.name, space };
    case 'array': {
      const element = types.resolve(type.element);
      if (element.kind !== 'integer') return undefined;
      if (element.character) return stringType(Math.min(type.length === 0 ? maxString : type.length, maxString));
      return {
        kind: 'array',
        element: { kind: 'integer', size: element.size, signed: element.signed },
        length: type.length,
        space,
      };
    }
    case 'void':
    case 'other':
      return undefined;
  }
}

function isCharacter(types: TypeSource, id: number): boolean {
  const type = types.resolve(id);
  return type.kind === 'integer' && type.character;
}
