import type { Btf } from './btf.ts';
import { Kind } from './index-types.ts';

/** Types within types: a kernel's declarations nest some ten deep; more is a circle. */
const MAX_DEPTH = 64;

/** How the parts of a declaration are written that writers of C differ in. */
export interface CWriter {
  readonly btf: Btf;
  /** Of a record, an enumeration, a typedef or a number; empty where it has none. */
  name(id: number): string;
  /** What follows `struct`, `union` or `enum` where there is no name. */
  body(id: number, depth: number): string;
}

/** A declaration is built from its name outwards: `inner` is what has been written around the name so far. */
export function declaration(writer: CWriter, id: number, inner: string, depth: number): string {
  const { btf } = writer;
  if (id === 0 || depth > MAX_DEPTH) return joined('void', inner);
  const { kind, to } = btf.node(id);
  switch (kind) {
    case Kind.PTR:
      return declaration(writer, to, `*${inner}`, depth);
    case Kind.CONST:
    case Kind.VOLATILE:
    case Kind.RESTRICT: {
      const word = kind === Kind.CONST ? 'const' : kind === Kind.VOLATILE ? 'volatile' : 'restrict';
      if (to !== 0 && btf.node(to).kind === Kind.PTR) return declaration(writer, to, ` ${joined(word, inner)}`, depth);
      const rest = declaration(writer, to, inner, depth);
      // BTF has it of an array and of its elements; C wants it once.
      return rest.startsWith(`${word} `) ? rest : `${word} ${rest}`;
    }
    case Kind.TYPE_TAG:
      return declaration(writer, to, inner, depth);
    case Kind.ARRAY: {
      const { element, length } = btf.elements(id);
      return declaration(writer, element, `${enclosed(inner)}[${length}]`, depth);
    }
    case Kind.FUNC_PROTO: {
      const list = btf.parameters(id).map((type, index, { length }) => {
        return type === 0 && index === length - 1 ? '...' : declaration(writer, type, '', depth + 1);
      });
      return declaration(writer, to, `${enclosed(inner)}(${list.length === 0 ? 'void' : list.join(', ')})`, depth);
    }
    default: {
      const word = tagWord(kind, to);
      const name = writer.name(id);
      if (word === '') return joined(name, inner);
      return joined(`${word} ${name === '' ? writer.body(id, depth) : name}`, inner);
    }
  }
}

/** `to`: of a type that is only declared, whether it is a union. */
export function tagWord(kind: number, to = 0): '' | 'struct' | 'union' | 'enum' {
  if (kind === Kind.STRUCT) return 'struct';
  if (kind === Kind.UNION) return 'union';
  if (kind === Kind.FWD) return to === 1 ? 'union' : 'struct';
  return isEnumeration(kind) ? 'enum' : '';
}

export function isEnumeration(kind: number): boolean {
  return kind === Kind.ENUM || kind === Kind.ENUM64;
}

/** A pointer to an array or a function needs parentheses. */
function enclosed(inner: string): string {
  return inner.startsWith('*') ? `(${inner})` : inner;
}

function joined(base: string, inner: string): string {
  return inner === '' ? base : `${base} ${inner}`;
}
