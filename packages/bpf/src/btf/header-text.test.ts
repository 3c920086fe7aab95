import { expect, test } from 'vitest';
import { Btf } from './btf.ts';
import { BtfError } from './btf-error.ts';
import { headerText } from './header-text.ts';
import { type TypeText, writeBtf } from './write-btf.ts';

const body = (types: readonly TypeText[]) => {
  const text = headerText(new Btf(writeBtf(types)));
  return text.replace(/^[\s\S]*?apply_to = record\)\n#endif\n\n/, '').replace(/#ifndef BPF_NO[\s\S]*$/, '');
};

const u32: TypeText = { kind: 'INT', name: 'unsigned int', value: 4, rest: [32] };
const char: TypeText = { kind: 'INT', name: 'char', value: 1, rest: [(1 << 24) | 8] };
const u64: TypeText = { kind: 'INT', name: 'unsigned long', value: 8, rest: [64] };

test('what is used by value stands before, what is pointed to is only declared', () => {
  const types: readonly TypeText[] = [
    u32,
    { kind: 'STRUCT', name: 'outer', count: 3, value: 24, rest: ['in', 3, 0, 'next', 4, 64, 'call', 8, 128] },
    { kind: 'STRUCT', name: 'inner', count: 1, value: 4, rest: ['x', 5, 0] },
    { kind: 'PTR', value: 2 },
    { kind: 'TYPEDEF', name: 'number_t', value: 1 },
    { kind: 'FUNC_PROTO', count: 2, value: 0, rest: ['', 4, '', 9] },
    { kind: 'TYPEDEF', name: 'call_t', value: 8 },
    { kind: 'PTR', value: 6 },
    { kind: 'TYPEDEF', name: 'flag_t', value: 10 },
    { kind: 'ENUM', name: '', count: 1, value: 4, rest: ['ON', 1] },
  ];
  expect(body(types)).toBe(
    [
      'struct outer;\nstruct inner;\n\nenum __unnamed_10 {\n\tON = 1,\n};\n\n',
      'typedef unsigned int number_t;\n\nstruct inner {\n\tnumber_t x;\n};\n\n',
      'typedef enum __unnamed_10 flag_t;\n\n',
      'struct outer {\n\tstruct inner in;\n\tstruct outer *next;\n\tvoid (*call)(struct outer *, flag_t);\n};\n\n',
      'typedef void (*call_t)(struct outer *, flag_t);\n\n',
    ].join(''),
  );
});

test.each<[string, TypeText, string]>([
  [
    'packed',
    { kind: 'STRUCT', count: 2, value: 5, rest: ['a', 2, 0, 'b', 1, 8] },
    '{\n\tchar a;\n\tunsigned int b;\n} __attribute__((packed))',
  ],
  [
    'with a gap',
    { kind: 'STRUCT', count: 2, value: 16, rest: ['a', 1, 0, 'b', 1, 96] },
    '{\n\tunsigned int a;\n\tunsigned int: 32;\n\tunsigned int: 32;\n\tunsigned int b;\n}',
  ],
  [
    'with room at the end',
    { kind: 'STRUCT', count: 1, value: 64, rest: ['a', 3, 0] },
    `{\n\tunsigned long a;\n${'\tunsigned long long: 64;\n'.repeat(7)}}`,
  ],
  [
    'with more room than a line of the cache',
    { kind: 'STRUCT', count: 1, value: 128, rest: ['a', 3, 0] },
    '{\n\tunsigned long a;\n\tchar __gap_64[120];\n}',
  ],
  [
    "with the compiler's own gap",
    { kind: 'STRUCT', count: 2, value: 8, rest: ['a', 2, 0, 'b', 1, 32] },
    '{\n\tchar a;\n\tunsigned int b;\n}',
  ],
  [
    'with bit-fields',
    { kind: 'STRUCT', flag: true, count: 2, value: 4, rest: ['a', 1, 3 << 24, 'b', 1, (5 << 24) | 11] },
    '{\n\tunsigned int a: 3;\n\tunsigned char: 5;\n\tunsigned char: 3;\n\tunsigned int b: 5;\n}',
  ],
])('a record %s', (_name, record, text) => {
  expect(body([u32, char, u64, { ...record, name: 'r' }])).toContain(`struct r ${text};`);
});

test('of one name the later ones are numbered, and a type may be const twice', () => {
  const types: readonly TypeText[] = [
    u32,
    { kind: 'STRUCT', name: 's', count: 1, value: 8, rest: ['x', 6, 0] },
    { kind: 'STRUCT', name: 's', count: 0, value: 0 },
    { kind: 'ARRAY', rest: [5, 1, 2] },
    { kind: 'CONST', value: 1 },
    { kind: 'CONST', value: 4 },
  ];
  expect(body(types)).toBe(
    'struct s;\nstruct s___2;\n\nstruct s {\n\tconst unsigned int x[2];\n};\n\nstruct s___2 {};\n\n',
  );
});

test('a member without a name is written out, also where its structure has one', () => {
  const types: readonly TypeText[] = [
    u32,
    { kind: 'STRUCT', name: 'head', count: 1, value: 4, rest: ['x', 1, 0] },
    { kind: 'STRUCT', name: 'whole', count: 2, value: 8, rest: ['', 2, 0, 'y', 1, 32] },
  ];
  expect(body(types)).toContain('struct whole {\n\tstruct {\n\t\tunsigned int x;\n\t};\n\tunsigned int y;\n};');
});

test('a structure that is a part of itself is refused', () => {
  const types: readonly TypeText[] = [{ kind: 'STRUCT', name: 's', count: 1, value: 8, rest: ['x', 1, 0] }];
  expect(() => headerText(new Btf(writeBtf(types)))).toThrow(BtfError);
});
