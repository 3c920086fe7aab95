import type { Btf } from './btf.ts';
import { Kind } from './index-types.ts';

/** Types within types: a kernel's declarations nest some ten deep; more is a circle. */
const MAX_DEPTH = 64;

/** `struct list_head { ... };` with a line a field, as C and `bpftool btf dump` write it. `id`: of a record or enumeration. */
export function definitionText(btf: Btf, id: number): string {
  const { kind, name } = btf.node(id);
  return `${keyword(kind)} ${name} ${body(btf, id, 0)};\n`;
}

function body(btf: Btf, id: number, depth: number): string {
  const tabs = '\t'.repeat(depth + 1);
  const lines = isEnumeration(btf.node(id).kind)
    ? btf.enumerators(id).map(({ name, value }) => `${tabs}${name} = ${value},\n`)
    : btf.members(id).map(({ name, type, bits }) => {
        return `${tabs}${declare(btf, type, name, depth + 1)}${bits === 0 ? '' : `: ${bits}`};\n`;
      });
  return lines.length === 0 ? '{}' : `{\n${lines.join('')}${'\t'.repeat(depth)}}`;
}

/** A declaration is built from its name outwards: `inner` is what has been written around the name so far. */
function declare(btf: Btf, id: number, inner: string, depth: number): string {
  if (id === 0 || depth > MAX_DEPTH) return joined('void', inner);
  const { kind, name, to } = btf.node(id);
  switch (kind) {
    case Kind.PTR:
      return declare(btf, to, `*${inner}`, depth);
    case Kind.CONST:
    case Kind.VOLATILE:
    case Kind.RESTRICT: {
      const word = kind === Kind.CONST ? 'const' : kind === Kind.VOLATILE ? 'volatile' : 'restrict';
      if (to !== 0 && btf.node(to).kind === Kind.PTR) return declare(btf, to, ` ${joined(word, inner)}`, depth);
      return `${word} ${declare(btf, to, inner, depth)}`;
    }
    case Kind.TYPE_TAG:
      return declare(btf, to, inner, depth);
    case Kind.ARRAY: {
      const { element, length } = btf.elements(id);
      return declare(btf, element, `${enclosed(inner)}[${length}]`, depth);
    }
    case Kind.FUNC_PROTO: {
      const list = btf.parameters(id).map((type, index, { length }) => {
        return type === 0 && index === length - 1 ? '...' : declare(btf, type, '', depth + 1);
      });
      return declare(btf, to, `${enclosed(inner)}(${list.length === 0 ? 'void' : list.join(', ')})`, depth);
    }
    default: {
      const word = keyword(kind, to);
      if (word === '') return joined(name, inner);
      return joined(`${word} ${name === '' ? body(btf, id, depth) : name}`, inner);
    }
  }
}

function keyword(kind: number, flag = 0): string {
  if (kind === Kind.STRUCT) return 'struct';
  if (kind === Kind.UNION) return 'union';
  if (kind === Kind.FWD) return flag === 1 ? 'union' : 'struct';
  return isEnumeration(kind) ? 'enum' : '';
}

function isEnumeration(kind: number): boolean {
  return kind === Kind.ENUM || kind === Kind.ENUM64;
}

/** A pointer to an array or a function needs parentheses. */
function enclosed(inner: string): string {
  return inner.startsWith('*') ? `(${inner})` : inner;
}

function joined(base: string, inner: string): string {
  return inner === '' ? base : `${base} ${inner}`;
}
