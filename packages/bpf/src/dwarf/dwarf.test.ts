import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DebugInfo } from './debug-info.ts';
import type { DebugSections } from './debug-sections.ts';
import { type DwarfShape, type EntryText, writeDwarf } from './dwarf.test-kit.ts';
import { DwarfError } from './dwarf-error.ts';
import { DwarfTypes } from './dwarf-types.ts';

const base = (label: string, name: string, size: number, encoding: number): EntryText => ({
  tag: 'BASE_TYPE',
  label,
  attributes: [
    ['NAME', 'STRP', name],
    ['BYTE_SIZE', 'DATA1', size],
    ['ENCODING', 'DATA1', encoding],
  ],
});

const field = (name: string, type: string, at: number): EntryText => ({
  tag: 'MEMBER',
  attributes: [
    ['NAME', 'STRING', name],
    ['TYPE', 'REF4', type],
    ['DATA_MEMBER_LOCATION', 'DATA1', at],
  ],
});

/**
 * `struct point { int x; unsigned low : 3; int high : 5; union { char name[8]; long all; }; struct point *next; }`, and
 * functions that take it.
 */
const entries: readonly EntryText[] = [
  base('int', 'int', 4, 5),
  base('unsigned', 'unsigned int', 4, 7),
  base('long', 'long', 8, 5),
  base('char', 'char', 1, 6),
  base('bool', '_Bool', 1, 2),
  base('double', 'double', 8, 4),
  { tag: 'CONST_TYPE', label: 'const char', attributes: [['TYPE', 'REF4', 'char']] },
  { tag: 'POINTER_TYPE', label: 'text', attributes: [['TYPE', 'REF4', 'const char']] },
  { tag: 'POINTER_TYPE', label: 'pointer', attributes: [['TYPE', 'REF_ADDR', 'point']] },
  { tag: 'POINTER_TYPE', label: 'anything' },
  {
    tag: 'ARRAY_TYPE',
    label: 'name',
    attributes: [['TYPE', 'REF4', 'char']],
    children: [{ tag: 'SUBRANGE_TYPE', attributes: [['COUNT', 'DATA1', 8]] }],
  },
  {
    tag: 'ARRAY_TYPE',
    label: 'matrix',
    attributes: [['TYPE', 'REF4', 'int']],
    children: [
      { tag: 'SUBRANGE_TYPE', attributes: [['UPPER_BOUND', 'DATA1', 1]] },
      { tag: 'SUBRANGE_TYPE', attributes: [['UPPER_BOUND', 'IMPLICIT_CONST', 2]] },
    ],
  },
  {
    tag: 'TYPEDEF',
    label: 'point_t',
    attributes: [
      ['NAME', 'STRP', 'point_t'],
      ['TYPE', 'REF4', 'point'],
    ],
  },
  {
    tag: 'STRUCTURE_TYPE',
    label: 'point',
    attributes: [
      ['NAME', 'STRX1', 'point'],
      ['BYTE_SIZE', 'UDATA', 24],
    ],
    children: [
      field('x', 'int', 0),
      {
        tag: 'MEMBER',
        attributes: [
          ['NAME', 'STRP', 'low'],
          ['TYPE', 'REF4', 'unsigned'],
          ['BIT_SIZE', 'DATA1', 3],
          ['DATA_BIT_OFFSET', 'DATA1', 32],
        ],
      },
      {
        // As DWARF 3: five bits whose first is the 24th from the top of the second word.
        tag: 'MEMBER',
        attributes: [
          ['NAME', 'STRP', 'high'],
          ['TYPE', 'REF4', 'int'],
          ['BIT_SIZE', 'DATA1', 5],
          ['BIT_OFFSET', 'DATA1', 24],
          ['DATA_MEMBER_LOCATION', 'EXPRLOC', [0x23, 4]],
        ],
      },
      {
        tag: 'MEMBER',
        attributes: [
          ['TYPE', 'REF4', 'either'],
          ['DATA_MEMBER_LOCATION', 'DATA1', 8],
        ],
      },
      field('next', 'pointer', 16),
      {
        tag: 'MEMBER',
        attributes: [
          ['NAME', 'STRP', 'static'],
          ['TYPE', 'REF4', 'int'],
          ['EXTERNAL', 'FLAG_PRESENT'],
          ['DECLARATION', 'FLAG_PRESENT'],
        ],
      },
    ],
  },
  {
    tag: 'UNION_TYPE',
    label: 'either',
    attributes: [['BYTE_SIZE', 'DATA1', 8]],
    children: [field('name', 'name', 0), field('all', 'long', 0)],
  },
  {
    tag: 'STRUCTURE_TYPE',
    label: 'declared',
    attributes: [
      ['NAME', 'LINE_STRP', 'point'],
      ['DECLARATION', 'FLAG_PRESENT'],
    ],
  },
  {
    tag: 'STRUCTURE_TYPE',
    label: 'hidden',
    attributes: [
      ['NAME', 'STRP', 'hidden'],
      ['DECLARATION', 'FLAG_PRESENT'],
    ],
  },
  {
    tag: 'ENUMERATION_TYPE',
    label: 'color',
    attributes: [
      ['NAME', 'STRP', 'color'],
      ['BYTE_SIZE', 'DATA1', 4],
    ],
    children: [
      {
        tag: 'ENUMERATOR',
        attributes: [
          ['NAME', 'STRP', 'RED'],
          ['CONST_VALUE', 'SDATA', -3],
        ],
      },
      {
        tag: 'ENUMERATOR',
        attributes: [
          ['NAME', 'STRP', 'GREEN'],
          ['CONST_VALUE', 'DATA4', 5],
        ],
      },
    ],
  },
  {
    tag: 'NAMESPACE',
    attributes: [['NAME', 'STRP', 'inner']],
    children: [
      {
        tag: 'CLASS_TYPE',
        label: 'derived',
        attributes: [
          ['NAME', 'STRP', 'derived'],
          ['BYTE_SIZE', 'DATA2', 32],
          ['CALLING_CONVENTION', 'DATA1', 4],
        ],
        children: [
          {
            tag: 'INHERITANCE',
            attributes: [
              ['TYPE', 'REF4', 'point'],
              ['DATA_MEMBER_LOCATION', 'DATA1', 0],
            ],
          },
          field('own', 'long', 24),
          {
            tag: 'SUBPROGRAM',
            label: 'method',
            attributes: [
              ['NAME', 'STRP', 'method'],
              ['LINKAGE_NAME', 'STRP', '_Zmethod'],
            ],
            children: [
              {
                tag: 'FORMAL_PARAMETER',
                label: 'this',
                attributes: [
                  ['NAME', 'STRP', 'this'],
                  ['TYPE', 'REF4', 'pointer'],
                ],
              },
            ],
          },
        ],
      },
    ],
  },
  {
    tag: 'SUBPROGRAM',
    attributes: [
      ['NAME', 'STRP', 'move'],
      ['LOW_PC', 'ADDRX', 0x1000],
      ['TYPE', 'REF4', 'int'],
    ],
    children: [
      {
        tag: 'FORMAL_PARAMETER',
        attributes: [
          ['NAME', 'STRP', 'at'],
          ['TYPE', 'REF4', 'pointer'],
        ],
      },
      { tag: 'FORMAL_PARAMETER', attributes: [['TYPE', 'REF4', 'derived']] },
      { tag: 'UNSPECIFIED_PARAMETERS' },
    ],
  },
  // A method that is written outside its class, in two pieces; its parameter has its name there.
  {
    tag: 'SUBPROGRAM',
    attributes: [
      ['SPECIFICATION', 'REF4', 'method'],
      ['RANGES', 'SEC_OFFSET', 0],
    ],
    children: [{ tag: 'FORMAL_PARAMETER', attributes: [['ABSTRACT_ORIGIN', 'REF4', 'this']] }],
  },
  {
    tag: 'SUBPROGRAM',
    attributes: [
      ['NAME', 'STRP', 'plain'],
      ['LOW_PC', 'ADDR', 0x2000],
    ],
  },
];

const FIRST = 2 ** 40;

function typesOf(list: readonly EntryText[], shape?: DwarfShape): DwarfTypes {
  return new DwarfTypes(new DebugInfo(writeDwarf(list, shape)), FIRST);
}

describe.each<DwarfShape>([{ version: 5 }, { version: 4 }, { version: 5, wide: true }, { version: 4, wide: true }])(
  'DWARF $version, in 64 bits: $wide',
  (shape) => {
    const types = typesOf(entries, shape);
    const named = (name: string) => types.named(name) ?? Number.NaN;
    const point = types.record('struct', 'point') ?? Number.NaN;

    test.each([
      ['int', { kind: 'integer', size: 4, signed: true, character: false }],
      ['char', { kind: 'integer', size: 1, signed: true, character: true }],
      ['_Bool', { kind: 'boolean' }],
      ['double', { kind: 'other', name: 'double' }],
      ['point_t', { kind: 'record', id: point, name: 'point', size: 24 }],
      ['color', { kind: 'integer', size: 4, signed: true, character: false, enumeration: named('color') }],
    ])('%s', (name, expected) => expect(types.resolve(named(name))).toEqual(expected));

    test('fields, also of unnamed parts and base classes, and bits of both ways to count them', () => {
      const place = (record: number, name: string) => {
        const found = types.member(record, name);
        return found && [found.bitOffset, found.bits, types.text(found.type)];
      };
      expect(types.members(point).map(({ name }) => name)).toEqual(['x', 'low', 'high', '', 'next']);
      expect(place(point, 'x')).toEqual([0, 0, 'int']);
      expect(place(point, 'low')).toEqual([32, 3, 'unsigned int']);
      expect(place(point, 'high')).toEqual([35, 5, 'int']);
      expect(place(point, 'name')).toEqual([64, 0, 'char[8]']);
      expect(place(point, 'next')).toEqual([128, 0, 'struct point*']);
      expect(place(types.record('struct', 'derived') ?? 0, 'all')).toEqual([64, 0, 'long']);
      expect(place(point, 'static')).toBeUndefined();
    });

    test('functions by their address, or where they are split by their symbol', () => {
      const move = types.functionAt(0x1000, 'any');
      expect(move?.parameters.map(({ name, type, byReference }) => [name, types.text(type), byReference])).toEqual([
        ['at', 'struct point*', false],
        ['', 'struct derived', true],
      ]);
      expect(move).toMatchObject({ variadic: true, returns: named('int'), returnsByReference: false });
      expect(types.functionAt(0x2000, 'any')).toMatchObject({ parameters: [], variadic: false, returns: 0 });
      const method = types.functionAt(0x3000, '_Zmethod');
      expect(method?.parameters.map(({ name, type }) => `${types.text(type)} ${name}`)).toEqual(['struct point* this']);
      expect(types.functionAt(0x3000, 'method')).toBeUndefined();
      expect(types.functionAt(0x1000, 'move.isra.0')).toBeUndefined();
    });

    test('values of enumerations', () => {
      expect(types.enumerator('RED')).toEqual({ value: -3n, enumeration: named('color') });
      expect(types.enumerator('GREEN')?.value).toBe(5n);
      expect(types.enumerator('BLUE')).toBeUndefined();
    });
  },
);

/** The type of a variable's one field. */
function fieldType(type: string, more: readonly EntryText[] = []) {
  const holder: EntryText = {
    tag: 'STRUCTURE_TYPE',
    attributes: [
      ['NAME', 'STRING', 'holder'],
      ['BYTE_SIZE', 'DATA1', 64],
    ],
    children: [field('it', type, 0)],
  };
  const types = typesOf([holder, ...entries, ...more]);
  return { types, id: types.members(types.record('struct', 'holder') ?? 0)[0]?.type ?? 0 };
}

test('an array of two dimensions is one of arrays', () => {
  const { types, id } = fieldType('matrix');
  const outer = types.resolve(id);
  const inner = outer.kind === 'array' ? types.resolve(outer.element) : outer;
  expect(outer).toMatchObject({ kind: 'array', length: 2 });
  expect(inner).toMatchObject({ kind: 'array', length: 3 });
  expect(types.resolve(inner.kind === 'array' ? inner.element : 0)).toMatchObject({ kind: 'integer', size: 4 });
  expect(types.text(id)).toBe('int[2][3]');
});

test('what is only declared is its definition, wherever that is', () => {
  expect(fieldType('declared').types.resolve(fieldType('declared').id)).toMatchObject({ name: 'point', size: 24 });
  expect(fieldType('hidden').types.resolve(fieldType('hidden').id)).toEqual({ kind: 'other', name: 'hidden' });
});

describe('entries in a file of their own', () => {
  const skeleton = (id: number, file: string) =>
    writeDwarf(
      [
        {
          tag: 'BASE_TYPE',
          attributes: [
            ['NAME', 'STRP', 'own'],
            ['LOW_PC', 'ADDRX', 0x1000],
          ],
        },
      ],
      {
        version: 5,
        split: { id, skeleton: true },
        root: [
          ['DWO_NAME', 'STRP', file],
          ['COMP_DIR', 'STRX1', '/src'],
        ],
      },
    );
  const split = (id: number) => writeDwarf(entries, { version: 5, split: { id, skeleton: false } });

  test('are named, and found as if they were in the program', () => {
    const program = skeleton(7, 'a.dwo');
    const alone = new DebugInfo(program);
    expect(alone.entries.splitFiles()).toEqual([{ name: 'a.dwo', folder: '/src' }]);
    expect(new DwarfTypes(alone, FIRST).record('struct', 'point')).toBeUndefined();
    const types = new DwarfTypes(new DebugInfo(program, [split(7)]), FIRST);
    expect(types.functionAt(0x1000, 'move')?.parameters.map(({ type }) => types.text(type))[0]).toBe('struct point*');
    expect(types.members(types.record('struct', 'point') ?? 0).map(({ name }) => name)).toContain('low');
  });

  test('of another version of the program are left out', () => {
    const types = new DwarfTypes(new DebugInfo(skeleton(7, 'a.dwo'), [split(8)]), FIRST);
    expect(types.record('struct', 'point')).toBeUndefined();
    expect(types.functionAt(0x1000, 'move')).toBeUndefined();
  });
});

test('a pointer to nothing in particular', () => {
  const { types, id } = fieldType('anything');
  expect(types.resolve(id)).toEqual({ kind: 'pointer', to: 0 });
  expect(types.text(id)).toBe('void*');
  expect(types.resolve(0)).toEqual({ kind: 'void' });
});

test('qualifiers of pointers are written after them', () => {
  const more: EntryText[] = [
    { tag: 'CONST_TYPE', label: 'const text', attributes: [['TYPE', 'REF4', 'text']] },
    { tag: 'POINTER_TYPE', label: 'texts', attributes: [['TYPE', 'REF4', 'const text']] },
    { tag: 'VOLATILE_TYPE', label: 'volatile int', attributes: [['TYPE', 'REF4', 'int']] },
  ];
  const textOf = (type: string) => {
    const { types, id } = fieldType(type, more);
    return types.text(id);
  };
  expect(textOf('texts')).toBe('const char* const*');
  expect(textOf('volatile int')).toBe('volatile int');
});

const typedef = (label: string, type: string): EntryText => ({
  tag: 'TYPEDEF',
  label,
  attributes: [
    ['NAME', 'STRING', label],
    ['TYPE', 'REF4', type],
  ],
});
const record = (label: string, ...children: EntryText[]): EntryText => ({
  tag: 'STRUCTURE_TYPE',
  label,
  attributes: [
    ['NAME', 'STRING', label],
    ['BYTE_SIZE', 'DATA1', 8],
  ],
  children,
});
/** Each holds the one after it eight times, which would be 8^12 fields. */
const doubling = Array.from({ length: 12 }, (_, index) =>
  record(`r${index}`, ...Array.from({ length: 8 }, () => field('f', index === 11 ? 'int' : `r${index + 1}`, 0))),
);

test.each<[string, string, readonly EntryText[], (types: DwarfTypes) => unknown]>([
  [
    'a type that leads to itself',
    'itself',
    [typedef('a', 'b'), typedef('b', 'a')],
    (types) => types.resolve(types.named('a') ?? 0),
  ],
  [
    'a structure that holds itself',
    'itself',
    [record('s', field('s', 's', 0))],
    (types) => types.members(types.record('struct', 's') ?? 0),
  ],
  [
    'structures doubled at every step',
    'too many fields',
    [base('int', 'int', 4, 5), ...doubling],
    (types) => types.members(types.record('struct', 'r0') ?? 0),
  ],
  [
    'a type that is nowhere',
    'leads outside',
    [typedef('a', 'nowhere')],
    (types) => types.resolve(types.named('a') ?? 0),
  ],
])('%s is an error', (_, message, list, read) => {
  const types = typesOf(list);
  expect(() => read(types)).toThrow(DwarfError);
  expect(() => read(types)).toThrow(message);
});

test('entries within entries cannot be gone through again and again', () => {
  // Every field is of an array with as many parts as the structure has fields.
  const many = <T>(count: number, make: (index: number) => T) =>
    Array.from({ length: count }, (_, index) => make(index));
  const arrays = many(3000, (index): EntryText => {
    const attributes = [['TYPE', 'REF4', 'int']] as const;
    return { tag: 'ARRAY_TYPE', label: `a${index}`, attributes, ...(index === 0 ? { children: [] } : {}) };
  });
  const nested = arrays.reduce((inner, outer) => ({ ...outer, children: [inner] }));
  const holder = record('s', ...many(3000, (index) => field('f', `a${index}`, 0)));
  const types = typesOf([base('int', 'int', 4, 5), nested, holder]);
  expect(() => types.members(types.record('struct', 's') ?? 0)).toThrow('takes too long');
});

test('attributes that take no bytes cannot be as many as anybody likes', () => {
  const attributes = Array.from({ length: 200 }, () => ['EXTERNAL', 'FLAG_PRESENT'] as const);
  expect(() => typesOf([{ tag: 'TYPEDEF', attributes }]).named('x')).toThrow('too many attributes');
});

/** Asks for everything there is. */
function readAll(sections: DebugSections): void {
  const types = new DwarfTypes(new DebugInfo(sections), FIRST);
  const visit = (id: number, depth: number): void => {
    types.text(id);
    const type = types.resolve(id);
    if (depth === 0) return;
    if (type.kind === 'pointer') visit(type.to, depth - 1);
    if (type.kind === 'array') visit(type.element, depth - 1);
    if (type.kind !== 'record') return;
    types.member(type.id, 'name');
    for (const member of types.members(type.id).slice(0, 20)) visit(member.type, depth - 1);
  };
  for (const [address, symbol] of [
    [0x1000, 'move'],
    [0x3000, '_Zmethod'],
  ] as const) {
    for (const { type } of types.functionAt(address, symbol)?.parameters ?? []) visit(type, 6);
  }
  for (const name of ['point', 'derived', 'none']) visit(types.record('struct', name) ?? 0, 6);
  for (const name of ['int', 'point_t', 'color', 'none']) visit(types.named(name) ?? 0, 6);
  types.enumerator('BLUE');
}

test('any damage is an error of its own, or is not seen, and never without end', () => {
  const names = ['info', 'abbrev', 'str', 'lineStr', 'strOffsets', 'addr'] as const;
  const change = fc.tuple(
    fc.constantFrom(...names),
    fc.nat(4095),
    fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 0x7f, 0x80, 0xff)),
  );
  const shape = fc.record({ version: fc.constantFrom(4 as const, 5 as const), wide: fc.boolean() });
  fc.assert(
    fc.property(
      shape,
      fc.array(change, { minLength: 1, maxLength: 8 }),
      fc.constantFrom(...names),
      fc.nat(400),
      (as, changes, cut, by) => {
        const whole = writeDwarf(entries, as);
        const sections = {
          ...whole,
          [cut]: by < 200 ? whole[cut].subarray(0, Math.max(0, whole[cut].length - by)) : whole[cut],
        };
        for (const [name, at, value] of changes) {
          const bytes = sections[name];
          if (bytes.length > 0) bytes[at % bytes.length] = value;
        }
        try {
          readAll(sections);
        } catch (error) {
          expect(error).toBeInstanceOf(DwarfError);
        }
      },
    ),
    { numRuns: 500 },
  );
});
