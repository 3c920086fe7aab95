import { DebugInfo, type ElfFunction } from '@bpfleet/bpf';
import { describe, expect, test } from 'vitest';
import { type EntryText, writeDwarf } from '../../bpf/src/dwarf/dwarf.test-kit.ts';
import { compiled, env as node } from './compile.test-kit.ts';
import { compile } from './compile.ts';
import type { CompileEnv, Executable } from './env.ts';

const ADDRESS = 0x401000;

const base = (name: string, size: number, encoding: number): EntryText => ({
  tag: 'BASE_TYPE',
  label: name,
  attributes: [
    ['NAME', 'STRP', name],
    ['BYTE_SIZE', 'DATA1', size],
    ['ENCODING', 'DATA1', encoding],
  ],
});

/** Functions 16 bytes apart, with parameters such as `int x`. */
function functions(...list: readonly (readonly [name: string, ...parameters: string[]])[]): EntryText[] {
  return list.map(([name, ...parameters], index) => ({
    tag: 'SUBPROGRAM',
    attributes: [
      ['NAME', 'STRP', name],
      ['LOW_PC', 'ADDR', ADDRESS + index * 16],
    ],
    children: parameters.map((parameter): EntryText => {
      const [type = '', given = ''] = parameter.split(' ');
      return {
        tag: 'FORMAL_PARAMETER',
        attributes: [
          ['NAME', 'STRP', given],
          ['TYPE', 'REF4', type],
        ],
      };
    }),
  }));
}

const entries: readonly EntryText[] = [
  base('int', 4, 5),
  base('long', 8, 5),
  base('double', 8, 4),
  {
    tag: 'STRUCTURE_TYPE',
    label: 'node',
    attributes: [
      ['NAME', 'STRP', 'node'],
      ['BYTE_SIZE', 'DATA1', 4],
    ],
    children: [
      {
        tag: 'MEMBER',
        attributes: [
          ['NAME', 'STRP', 'value'],
          ['TYPE', 'REF4', 'int'],
          ['DATA_MEMBER_LOCATION', 'DATA1', 0],
        ],
      },
    ],
  },
  { tag: 'POINTER_TYPE', label: 'pointer', attributes: [['TYPE', 'REF4', 'node']] },
  ...functions(
    ['one', 'int x', 'pointer p'],
    ['two', 'int x'],
    ['swapped', 'long y', 'int x'],
    ['none'],
    ['odd', 'double d'],
  ),
];

const names = ['one', 'two', 'swapped', 'none', 'odd', 'unknown'];
const symbols = names.map((name, index): ElfFunction => {
  return { name, offset: 0x1000 + index * 16, size: 16, address: ADDRESS + index * 16 };
});

function withProgram(debugInfo: Executable['debugInfo'], more: Partial<CompileEnv> = {}): CompileEnv {
  const executable = { path: '/p', functions: symbols, ...(debugInfo === undefined ? {} : { debugInfo }) };
  const features = new Set([...node.features, 'uprobe', 'uprobe_multi'] as const);
  return { ...node, features, executables: { find: () => executable }, ...more };
}

const info = new DebugInfo(writeDwarf(entries));
const env = withProgram(() => info);

function said(source: string, target: CompileEnv = env): string[] {
  return compile(source, target).diagnostics.map(({ message, hint }) =>
    hint === undefined ? message : `${message} (${hint})`,
  );
}

test.each([
  ['uprobe:/p:one { print(args.x); print(args.p->value); print(args->p.value); }', []],
  ['uprobe:/p:one { print(args.z); }', ["Can't find function parameter z (did you mean 'x'?)"]],
  [
    'uprobe:/p:none { print(args.x); }',
    ['Cannot read function parameters', "Can't find function parameter x (it has none)"],
  ],
  [
    'uprobe:/p:unknown { @ = args.x; }',
    ['Cannot read function parameters', "Can't find function parameter x (it has none)"],
  ],
  ['uprobe:/p:odd { print(args.d); }', ['d has unsupported type']],
  [
    'uprobe:/p:one { print(args.p->other); }',
    ["Struct/union of type 'struct node' does not contain a field named 'other'"],
  ],
  ['uprobe:/p:one { print(((struct node *)arg1)->value); }', []],
  ['uprobe:/p:one { print(sizeof(struct node)); } begin { print(sizeof(struct node)); }', []],
  ['uprobe:/p:one { print(sizeof(struct nobody)); }', ['Cannot resolve unknown type "struct nobody"']],
  ['struct node { long own; } uprobe:/p:one { print(((struct node *)arg1)->own); print(args.p->value); }', []],
])('%s', (source, messages) => expect(said(source)).toEqual(messages));

test('all arguments are a record of them, without those that cannot be read', () => {
  const { outputs } = compiled(
    'uprobe:/p:two, uprobe:/p:swapped { print(args); } uprobe:/p:one { $a = args; @ = $a.x; }',
    env,
  );
  const names = outputs.records.flatMap((record) => JSON.stringify(record).match(/"names":\[[^\]]*\]/g) ?? []);
  expect(names).toEqual(['"names":["x"]', '"names":["y","x"]']);
  expect(said('uprobe:/p:none { print(args); }')).toContain('Cannot read function parameters');
});

test('where a function returns they are gone', () => {
  expect(said('uretprobe:/p:one { print(args.x); }')[0]).toContain('(uretprobe used here)');
});

test('a program that nothing tells of is refused at its probe', () => {
  const message = 'Could not parse arguments of "uprobe:/p:one": no debuginfo found for /p (it has arg0, arg1 ...)';
  const reason = 'no debuginfo found for /p';
  expect(
    said(
      'uprobe:/p:one /args.x > 0/ { print(args.p); }',
      withProgram(() => ({ reason })),
    ),
  ).toEqual([message]);
  expect(said('uprobe:/p:one { print(args.x); }', withProgram(undefined))).toEqual([message]);
});

test('what is damaged is told once', () => {
  const { info: bytes, ...rest } = writeDwarf(entries);
  const damaged = new DebugInfo({ ...rest, info: bytes, abbrev: new Uint8Array(rest.abbrev.length) });
  const messages = said(
    'uprobe:/p:one { print(args.x); print(args.p); }',
    withProgram(() => damaged),
  );
  expect(messages.filter((message) => message.startsWith('the debuginfo of /p is damaged'))).toHaveLength(1);
});

test('nothing is read for scripts that ask for nothing', () => {
  const never = withProgram(() => {
    throw new Error('it was read');
  });
  compiled(
    'uprobe:/p:one { @[arg0, func, pid] = count(); print(str(arg1)); } uretprobe:/p:* { @r = hist(retval); }',
    never,
  );
});

describe('functions of one clause', () => {
  const programs = (source: string) => compiled(source, env).spec.programs.map(({ probes }) => probes?.length);

  test('share a program where their arguments are in the same places', () => {
    expect(programs('uprobe:/p:two, uprobe:/p:swapped { @ = count(); }')).toEqual([2]);
    expect(programs('uprobe:/p:two, uprobe:/p:swapped { @ = sum(args.x); }')).toEqual([1, 1]);
  });
});

test.each(['x86-64', 'arm64'] as const)('a program for %s', (arch) => {
  const { spec } = compiled('uprobe:/p:swapped { @ = args.x; }', { ...env, arch });
  expect(spec.programs).toHaveLength(1);
});
