import { arrayLengths } from './array-lengths.ts';
import { At, Tag } from './constants.ts';
import type { DebugEntries } from './debug-entries.ts';
import { MAX_CHAIN } from './limits.ts';

const UNKNOWN = '<unknown type>';

/** Words that go before a type, but after a pointer. */
const qualifiers = new Map<number, string>([
  [Tag.CONST_TYPE, 'const'],
  [Tag.VOLATILE_TYPE, 'volatile'],
  [Tag.RESTRICT_TYPE, ''],
  [Tag.ATOMIC_TYPE, ''],
]);
/** What goes after a type. */
const suffixes = new Map<number, string>([
  [Tag.POINTER_TYPE, '*'],
  [Tag.REFERENCE_TYPE, '&'],
  [Tag.RVALUE_REFERENCE_TYPE, '&&'],
]);
const keywords = new Map<number, string>([
  [Tag.STRUCTURE_TYPE, 'struct'],
  [Tag.CLASS_TYPE, 'struct'],
  [Tag.UNION_TYPE, 'union'],
  [Tag.ENUMERATION_TYPE, 'enum'],
]);

/** A type as bpftrace's lists write it: `const char*`, `struct file*`. `at`: of its entry; undefined: `void`. */
export function typeText(entries: DebugEntries, at: number | undefined, nesting = 0): string {
  if (at === undefined) return 'void';
  if (nesting > MAX_CHAIN) return UNKNOWN;
  const entry = entries.entryAt(at);
  const { tag } = entry;
  const inner = () => typeText(entries, entries.reference(entry, At.TYPE), nesting + 1);
  const [word, suffix] = [qualifiers.get(tag), suffixes.get(tag)];
  if (suffix !== undefined) return inner() + suffix;
  if (word !== undefined) return qualified(word, inner());
  if (tag === Tag.ARRAY_TYPE) {
    const lengths = arrayLengths(entries, entry).map((length) => `[${length}]`);
    return `${inner()}${lengths.join('')}`;
  }
  const name = entries.nameOf(entry);
  const keyword = keywords.get(tag);
  return keyword === undefined ? (name === '' ? UNKNOWN : name) : `${keyword} ${name === '' ? '<anonymous>' : name}`;
}

function qualified(word: string, inner: string): string {
  if (word === '') return inner;
  return inner.endsWith('*') ? `${inner} ${word}` : `${word} ${inner}`;
}
