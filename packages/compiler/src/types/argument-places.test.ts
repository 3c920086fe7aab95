import type { CMember, CType, DwarfFunction, TypeSource } from '@bpfleet/bpf';
import { describe, expect, test } from 'vitest';
import { type ArgumentPlace, argumentPlaces } from './argument-places.ts';

const integer = (size: 1 | 2 | 4 | 8): CType => ({ kind: 'integer', size, signed: true, character: false });
const record = (name: string, id: number, size: number): CType => ({ kind: 'record', id, name, size });

/** Types by name, each with its fields where it has some. */
const known: Readonly<Record<string, readonly [CType, ...(readonly [type: string, offset: number])[]]>> = {
  void: [{ kind: 'void' }],
  int: [integer(4)],
  long: [integer(8)],
  pointer: [{ kind: 'pointer', to: 0 }],
  float: [{ kind: 'other', name: 'float' }],
  double: [{ kind: 'other', name: 'double' }],
  'long double': [{ kind: 'other', name: 'long double' }],
  pair: [record('pair', 7, 8), ['int', 0], ['int', 4]],
  two: [record('two', 8, 16), ['long', 0], ['long', 8]],
  big: [record('big', 9, 24), ['two', 0], ['long', 16]],
  mixed: [record('mixed', 10, 16), ['int', 0], ['double', 8]],
  doubles: [record('doubles', 11, 16), ['double', 0], ['double', 8]],
  four: [record('four', 12, 32), ['doubles', 0], ['doubles', 16]],
  floats: [record('floats', 13, 12), ['three', 0]],
  three: [{ kind: 'array', element: 4, length: 3 }],
  empty: [record('empty', 15, 1)],
};
const names = Object.keys(known);
const numberOf = (name: string) => names.indexOf(name);

const types = {
  resolve: (id: number): CType => known[names[id] ?? '']?.[0] ?? { kind: 'void' },
  members(id: number): CMember[] {
    const [, ...fields] = known[names[id] ?? ''] ?? [{ kind: 'void' } as const];
    return fields.map(([type, offset]) => ({ name: 'f', type: numberOf(type), bitOffset: offset * 8, bits: 0 }));
  },
} as Partial<TypeSource> as TypeSource;

function textOf(place: ArgumentPlace): string {
  switch (place.kind) {
    case 'registers':
      return place.count === 1 ? `r${place.first}` : `r${place.first}+${place.count}`;
    case 'stack':
      return `s${place.offset}`;
    case 'behind':
      return `*${textOf(place.address)}`;
    case 'unknown':
      return '?';
  }
}

function places(arch: 'x86-64' | 'arm64', parameters: string, returns = 'void', returnsByReference = false): string {
  const list = parameters.split(', ').map((name) => {
    const byReference = name.endsWith('!');
    return { name: '', type: numberOf(name.replace('!', '')), byReference };
  });
  const found: DwarfFunction = {
    id: 0,
    variadic: false,
    parameters: list,
    returns: numberOf(returns),
    returnsByReference,
  };
  return argumentPlaces(arch, types, found).map(textOf).join(' ');
}

/** As clang and gcc pass them: each was held against what they compile. */
describe('places of arguments', () => {
  test.each([
    ['int, long, pointer', 'r0 r1 r2', 'r0 r1 r2'],
    ['float, int, double, int', '? r0 ? r1', '? r0 ? r1'],
    ['int, int, int, int, int, int, int, long', 'r0 r1 r2 r3 r4 r5 s0 s8', 'r0 r1 r2 r3 r4 r5 r6 r7'],
    ['pair, int', 'r0 r1', 'r0 r1'],
    ['two, int', 'r0+2 r2', 'r0+2 r2'],
    ['big, int', 's0 r0', '*r0 r1'],
    ['mixed, int', '? r1', 'r0+2 r2'],
    ['doubles, int', '? r0', '? r0'],
    ['four, int', 's0 r0', '? r0'],
    ['floats, int', '? r0', '? r0'],
    ['int, int, int, int, int, two, int', 'r0 r1 r2 r3 r4 s0 r5', 'r0 r1 r2 r3 r4 r5+2 r7'],
    ['two, two, two, int, two, int', 'r0+2 r2+2 r4+2 s0 s8 s24', 'r0+2 r2+2 r4+2 r6 s0 s16'],
    ['two!, int', '*r0 r1', '*r0 r1'],
    // What cannot be placed leaves registers as they are, and the stack unknown.
    ['long double, int, int, int, int, int, int, int', '? r0 r1 r2 r3 r4 r5 ?', '? r0 r1 r2 r3 r4 r5 r6'],
    ['empty, int', '? r0', '? r0'],
  ])('%s', (parameters, x86, arm64) => {
    expect(places('x86-64', parameters)).toBe(x86);
    expect(places('arm64', parameters)).toBe(arm64);
  });

  test.each([
    ['big', false, 'r1', 'r0'],
    ['two', false, 'r0', 'r0'],
    ['two', true, 'r1', 'r0'],
    ['four', false, 'r1', 'r0'],
  ])('of a function that returns %s, by reference: %s', (returns, byReference, x86, arm64) => {
    expect(places('x86-64', 'int', returns, byReference)).toBe(x86);
    expect(places('arm64', 'int', returns, byReference)).toBe(arm64);
  });
});

test('structures that hold themselves end', () => {
  const endless = { resolve: () => record('s', 0, 8), members: () => [{ name: '', type: 0, bitOffset: 0, bits: 0 }] };
  const found = { id: 0, variadic: false, parameters: [], returns: 0, returnsByReference: false };
  expect(argumentPlaces('x86-64', endless as unknown as TypeSource, found)).toEqual([]);
});
