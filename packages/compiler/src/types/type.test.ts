import { describe, expect, test } from 'vitest';
import { typeName } from './describe-type.ts';
import {
  booleanType,
  cBytes,
  type IntegerSize,
  int64,
  literalType,
  storageBytes,
  stringType,
  type Type,
  uint64,
  unify,
  unknown,
} from './type.ts';

const integer = (size: IntegerSize, signed: boolean): Type => ({ kind: 'integer', size, signed });
const tuple = (...elements: Type[]): Type => ({ kind: 'tuple', elements });
const record = (names: string[], ...elements: Type[]): Type => ({ kind: 'tuple', elements, names });
const pointer = (to?: Type): Type => ({ kind: 'pointer', space: 'kernel', ...(to === undefined ? {} : { to }) });
const bytes = (length: number): Type => ({ kind: 'array', element: integer(1, false), length, space: 'program' });

test.each<[bigint, string]>([
  [0n, 'int8'],
  [127n, 'int8'],
  [128n, 'int16'],
  [-129n, 'int16'],
  [65_535n, 'int32'],
  [2n ** 31n, 'int64'],
  [2n ** 32n, 'int64'],
  [2n ** 64n - 1n, 'uint64'],
])('the literal %d is an %s', (value, name) => expect(typeName(literalType(value))).toBe(name));

describe('what holds both', () => {
  test.each<[Type, Type, string | undefined]>([
    [integer(4, true), integer(4, true), 'int32'],
    [integer(4, true), integer(8, false), 'int64'],
    [integer(1, false), integer(4, false), 'uint64'],
    [literalType(1n), integer(8, false), 'uint64'],
    [literalType(1n), integer(4, true), 'int32'],
    [booleanType, booleanType, 'bool'],
    [booleanType, int64, 'int64'],
    [stringType(3), stringType(17), 'string[17]'],
    [stringType(3), int64, undefined],
    [tuple(int64, stringType(2)), tuple(uint64, stringType(9)), '(int64,string[9])'],
    [tuple(int64, int64), tuple(int64), undefined],
    [tuple(int64, int64), tuple(int64, stringType(1)), undefined],
    [record(['a'], int64), record(['a'], int64), 'record { .a = int64 }'],
    [record(['a'], int64), record(['b'], int64), undefined],
    [pointer(int64), pointer(int64), 'int64 *'],
    [pointer(int64), pointer(uint64), 'void *'],
    [pointer(int64), int64, 'int64'],
    [bytes(4), bytes(4), 'uint8[4]'],
    [bytes(4), bytes(5), undefined],
    [unknown, stringType(4), 'string[4]'],
  ])('%j and %j: %s', (a, b, expected) => {
    const both = unify(a, b);
    expect(both && typeName(both)).toBe(expected);
  });
});

describe('bytes where the program keeps it, and as C lays it out', () => {
  test.each<[Type, number, number]>([
    [integer(1, false), 8, 1],
    [booleanType, 8, 1],
    [stringType(5), 8, 5],
    [stringType(9), 16, 9],
    [bytes(4), 8, 4],
    [bytes(9), 16, 9],
    [tuple(integer(1, true), integer(8, true)), 16, 16],
    [tuple(integer(4, true), stringType(4)), 16, 8],
    [tuple(integer(1, true), integer(1, true)), 16, 2],
    [{ kind: 'record', id: 1, name: 'r', size: 20, space: 'kernel' }, 24, 20],
    [{ kind: 'stack', user: true, depth: 3, mode: 'bpftrace' }, 16, 16],
    [{ kind: 'stack', user: false, depth: 3, mode: 'bpftrace' }, 8, 8],
    [{ kind: 'buffer', size: 13 }, 24, 24],
    [pointer(), 8, 8],
  ])('%j', (type, kept, inC) => expect([storageBytes(type), cBytes(type)]).toEqual([kept, inC]));
});
