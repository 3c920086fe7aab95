import type { StackType, Type } from './type.ts';

/** A type as messages call it, with its sizes: `uint32`, `string[16]`, `(int64,string[8])`. */
export function typeName(type: Type): string {
  switch (type.kind) {
    case 'integer':
      return `${type.signed ? '' : 'u'}int${type.size * 8}`;
    case 'boolean':
      return 'bool';
    case 'string':
      return `string[${type.bytes}]`;
    case 'buffer':
      return `buffer[${type.size}]`;
    case 'aggregate':
      return `${type.aggregate}_t`;
    case 'pointer':
      return `${type.to === undefined ? 'void' : typeName(type.to)} *`;
    case 'array':
      return `${typeName(type.element)}[${type.length}]`;
    case 'stack':
      return `${stackName(type)}_${type.mode}_${type.depth}`;
    case 'record':
      return type.name === '' ? 'unnamed structure' : `struct ${type.name}`;
    case 'tuple':
      return tupleName(type.elements, type.names);
    case 'rendered':
      return type.as;
    default:
      return type.kind;
  }
}

function stackName({ user }: Pick<StackType, 'user'>): string {
  return user ? 'ustack' : 'kstack';
}

function tupleName(elements: readonly Type[], names: readonly string[] | undefined): string {
  const parts = elements.map((element) => typeName(element));
  if (names === undefined) return `(${parts.join(',')})`;
  return `record { ${parts.map((part, index) => `.${names[index]} = ${part}`).join(', ')} }`;
}

/** A type without the sizes that a reader of messages does not care for. */
export function describe(type: Type): string {
  switch (type.kind) {
    case 'integer':
    case 'boolean':
    case 'string':
    case 'buffer':
    case 'pointer':
      return type.kind;
    case 'aggregate':
      return `${type.aggregate}()`;
    case 'void':
      return 'nothing';
    case 'args':
      return 'args as a whole';
    case 'stack':
      return stackName(type);
    default:
      return typeName(type);
  }
}
