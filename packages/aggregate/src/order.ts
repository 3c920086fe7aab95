import { asInteger } from './integer.ts';
import type { Entry } from './map-state.ts';
import {
  type Composite,
  isComposite,
  isNamed,
  isStack,
  type MapSchema,
  type Scalar,
  type Stack,
  type StackFrame,
} from './schema.ts';

/**
 * bpftrace's order of a map's entries: ascending by what they measure, plain strings by key. Equal ones by key, so that
 * the same data always reads the same.
 */
export function orderEntries<E extends Entry>(schema: MapSchema, entries: Iterable<E>): E[] {
  return ordered(entries, (entry) => weight(schema, entry));
}

/**
 * The order of results: bpftrace's, but stats by their totals. Of many entries people see the last, and a hundred thousand short
 * waits weigh more than one long one.
 */
export function orderResults<E extends Entry>(schema: MapSchema, entries: Iterable<E>): E[] {
  return ordered(entries, (entry) => (schema.kind === 'stats' ? totalOf(schema, entry) : weight(schema, entry)));
}

function ordered<E extends Entry>(entries: Iterable<E>, weightOf: (entry: E) => bigint): E[] {
  const weighed = [...entries].map((entry) => ({ entry, weight: weightOf(entry) }));
  weighed.sort((a, b) => compareScalars(a.weight, b.weight) || compareKeys(a.entry.key, b.entry.key));
  return weighed.map(({ entry }) => entry);
}

/** What an entry is ordered by. */
function weight(schema: MapSchema, entry: Entry): bigint {
  switch (schema.kind) {
    case 'count':
      return entry.cells.get(0) ?? 0n;
    case 'sum':
    case 'min':
    case 'max':
      return asInteger(entry.cells.get(0) ?? 0n, schema.signed);
    case 'avg':
    case 'stats':
      return averageOf(schema, entry);
    case 'hist':
    case 'lhist':
      return totalCount(entry);
    // By key alone.
    case 'tseries':
      return 0n;
    case 'value':
      return typeof entry.value === 'bigint' ? asInteger(entry.value, schema.signed) : 0n;
  }
}

/** avg and stats: total / count, rounded towards zero. */
export function averageOf(schema: MapSchema, entry: Entry): bigint {
  const count = entry.cells.get(0) ?? 0n;
  return count === 0n ? 0n : totalOf(schema, entry) / count;
}

/** avg and stats: the sum of what was measured. */
export function totalOf(schema: MapSchema, entry: Entry): bigint {
  return asInteger(entry.cells.get(1) ?? 0n, schema.signed);
}

/** hist and lhist: how many values were measured. */
export function totalCount(entry: Entry): bigint {
  let total = 0n;
  for (const count of entry.cells.values()) {
    total += count;
  }
  return total;
}

export function compareKeys(a: readonly Scalar[], b: readonly Scalar[]): number {
  for (const [index, part] of a.entries()) {
    const other = b[index];
    if (other === undefined) {
      return 1;
    }
    const order = compareScalars(part, other);
    if (order !== 0) {
      return order;
    }
  }
  return a.length - b.length;
}

/** Integers by value, strings by code point (the order of their UTF-8 bytes); integers before strings before stacks. */
function compareScalars(given: Scalar, other: Scalar): number {
  const [a, b] = [
    isNamed(given) ? (given.number ?? given.text) : given,
    isNamed(other) ? (other.number ?? other.text) : other,
  ];
  if (typeof a === 'bigint' && typeof b === 'bigint') {
    return a < b ? -1 : a > b ? 1 : 0;
  }
  if (typeof a === 'string' && typeof b === 'string') {
    return compareStrings(a, b);
  }
  if (typeof a === 'boolean' && typeof b === 'boolean') {
    return Number(a) - Number(b);
  }
  if (typeof a === 'object' && typeof b === 'object') {
    return compareObjects(a, b);
  }
  return rank(a) - rank(b);
}

function rank(value: Scalar): number {
  return typeof value === 'bigint' ? 0 : typeof value === 'string' ? 1 : typeof value === 'boolean' ? 2 : 3;
}

function compareObjects(a: Scalar & object, b: Scalar & object): number {
  if (isComposite(a) && isComposite(b)) return compareKeys((a as Composite).parts, (b as Composite).parts);
  if (isStack(a) && isStack(b)) return compareStacks(a, b);
  return isStack(a) ? 1 : -1;
}

/** Frame by frame from the innermost. Of stacks that end alike the shorter one is first. */
function compareStacks(a: Stack, b: Stack): number {
  for (let index = 0; index < a.length && index < b.length; index++) {
    const order = compareFrames(a[index] as StackFrame, b[index] as StackFrame);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function compareFrames(a: StackFrame, b: StackFrame): number {
  return (
    compareStrings(a.symbol, b.symbol) ||
    compareStrings(a.module, b.module) ||
    a.offset - b.offset ||
    compareStrings(a.text ?? '', b.text ?? '') ||
    compareStrings(a.buildId ?? '', b.buildId ?? '')
  );
}

function compareStrings(a: string, b: string): number {
  if (a === b) return 0;
  const common = Math.min(a.length, b.length);
  for (let index = 0; index < common; index++) {
    const [x, y] = [a.charCodeAt(index), b.charCodeAt(index)];
    if (x !== y) return byCodePoint(x) - byCodePoint(y);
  }
  return a.length - b.length;
}

/** Of a UTF-16 unit: surrogates, of which code points from U+10000 are made, come after all others. */
function byCodePoint(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
