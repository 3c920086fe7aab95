import type { CMember, CType, Instruction, TypeSource } from '@bpfleet/bpf';
import { disassemble } from '@bpfleet/bpf';
import { describe, expect, test } from 'vitest';
import { env, since510 } from '../compile.test-kit.ts';
import { compile } from '../compile.ts';
import type { CompileEnv, KernelFeature } from '../env.ts';
import { registerLayouts } from '../types/registers.ts';

const INT = 1;
const SIZE = 2;
const FILE = 3;
const FILE_POINTER = 4;
const TEXT_POINTER = 5;
const CHAR = 6;
const PAIR = 7;
const NAME = 8;

const cTypes: Readonly<Record<number, CType>> = {
  0: { kind: 'void' },
  [INT]: { kind: 'integer', size: 4, signed: true, character: false },
  [SIZE]: { kind: 'integer', size: 8, signed: false, character: false },
  [FILE]: { kind: 'record', id: FILE, name: 'file', size: 32 },
  [FILE_POINTER]: { kind: 'pointer', to: FILE },
  [TEXT_POINTER]: { kind: 'pointer', to: CHAR },
  [CHAR]: { kind: 'integer', size: 1, signed: true, character: true },
  [PAIR]: { kind: 'record', id: PAIR, name: 'pair', size: 16 },
  [NAME]: { kind: 'array', element: CHAR, length: 12 },
};
const fields: readonly CMember[] = [
  { name: 'flags', type: INT, bitOffset: 64, bits: 0 },
  { name: 'mode', type: INT, bitOffset: 99, bits: 5 },
  { name: 'next', type: FILE_POINTER, bitOffset: 128, bits: 0 },
  { name: 'name', type: NAME, bitOffset: 160, bits: 0 },
];
const functions = [
  {
    id: 70,
    name: 'vfs_open',
    parameters: [
      { name: 'how', type: PAIR },
      { name: 'path', type: TEXT_POINTER },
    ],
    returns: 0,
    variadic: false,
  },
  {
    id: 71,
    name: 'vfs_read',
    parameters: [
      { name: 'file', type: FILE_POINTER },
      { name: 'count', type: SIZE },
    ],
    returns: INT,
    variadic: false,
  },
];
const types: TypeSource = {
  resolve: (id) => cTypes[id] ?? { kind: 'other', name: 'double' },
  record: (_kind, name) => (name === 'file' ? FILE : undefined),
  member: (record, name) => (record === FILE ? fields.find((field) => field.name === name) : undefined),
  members: (record) => (record === FILE ? fields : []),
  named: () => undefined,
  enumerator: () => undefined,
  enumerators: () => [],
  function: (name) => functions.find((candidate) => candidate.name === name),
  functions: () => functions.map(({ name }) => name),
};

function envOf(
  arch: CompileEnv['arch'],
  features: readonly KernelFeature[] = ['kprobe', 'fentry', 'uprobe'],
): CompileEnv {
  return {
    arch,
    pageSize: 4096,
    cpus: 2,
    features: new Set([...since510, ...features, 'atomic_fetch', 'long_key']),
    tracepoints: { tracepoint: () => undefined, list: () => [] },
    functions: {
      count: (name) => ({ vfs_read: 1, vfs_open: 1, twice: 2 })[name] ?? 0,
      list: () => ['twice', 'vfs_open', 'vfs_read'].map((name) => ({ name, module: name === 'vfs_open' ? 'fs' : '' })),
    },
    types,
    executables: {
      find: (name) =>
        name === 'tool'
          ? {
              path: '/usr/bin/tool',
              functions: [
                { name: '_ZN3toy4moveEi', offset: 0x3000, size: 16, address: 0x403000 },
                { name: '_end', offset: 0x3010, size: 0, address: 0x403010 },
                { name: 'finish', offset: 0x2000, size: 16, address: 0x402000 },
                { name: 'main', offset: 0x1000, size: 64, address: 0x401000 },
              ],
            }
          : { reason: `'${name}' does not exist or is not executable` },
      demangle: (name) => (name === '_ZN3toy4moveEi' ? 'toy::move(int)' : name),
    },
  };
}

function targets(source: string, arch: CompileEnv['arch'] = 'x86-64') {
  const { spec, diagnostics } = compile(source, envOf(arch));
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  return (spec?.programs ?? []).map(({ attach }) => attach);
}

describe('where probes are put', () => {
  test.each([
    ['kprobe:vfs_read { }', [{ kind: 'kprobe', function: 'vfs_read', offset: 0, return: false }]],
    ['k:vfs_read+0x10 { }', [{ kind: 'kprobe', function: 'vfs_read', offset: 16, return: false }]],
    ['kretprobe:vfs_read { }', [{ kind: 'kprobe', function: 'vfs_read', offset: 0, return: true }]],
    ['kprobe:vfs_o* { }', [{ kind: 'kprobe', function: 'vfs_open', offset: 0, return: false }]],
    ['kprobe:vmlinux:* { }', [{ kind: 'kprobe', function: 'vfs_read', offset: 0, return: false }]],
    ['fentry:vfs_read { }', [{ kind: 'fentry', function: 'vfs_read', btfId: 71 }]],
    ['kretfunc:vmlinux:vfs_read { }', [{ kind: 'fexit', function: 'vfs_read', btfId: 71 }]],
    ['f:vfs_* { }', [{ kind: 'fentry', function: 'vfs_read', btfId: 71 }]],
    ['uprobe:tool:main { }', [{ kind: 'uprobe', path: '/usr/bin/tool', offset: 0x1000, return: false }]],
    ['u:tool:main+4 { }', [{ kind: 'uprobe', path: '/usr/bin/tool', offset: 0x1004, return: false }]],
    ['uprobe:tool:0x401008 { }', [{ kind: 'uprobe', path: '/usr/bin/tool', offset: 0x1008, return: false }]],
    ['uprobe:tool:4198408 { }', [{ kind: 'uprobe', path: '/usr/bin/tool', offset: 0x1008, return: false }]],
    ['uprobe:tool:cpp:"toy::move" { }', [{ kind: 'uprobe', path: '/usr/bin/tool', offset: 0x3000, return: false }]],
    ['uprobe:tool:cpp:"*move(int)" { }', [{ kind: 'uprobe', path: '/usr/bin/tool', offset: 0x3000, return: false }]],
    ['uprobe:tool:cpp:main { }', [{ kind: 'uprobe', path: '/usr/bin/tool', offset: 0x1000, return: false }]],
    ['uretprobe:tool:fin* { }', [{ kind: 'uprobe', path: '/usr/bin/tool', offset: 0x2000, return: true }]],
  ])('%s', (source, expected) => expect(targets(source)).toEqual(expected));
});

describe('mistakes', () => {
  test.each<[string, string]>([
    ['kprobe:vfs_raed { }', 'No matches for kprobe vfs_raed.'],
    ['kprobe:a:b:c { }', 'kprobe probe type requires 1 or 2 arguments, found 3'],
    ['kretprobe:vfs_read+4 { }', 'Offset not allowed'],
    [
      'kprobe:nothing* { }',
      "Probe has no valid attach points. If this is expected, set the 'missing_probes' config variable to 'warn'.",
    ],
    ['fentry:nothing { }', 'No matches for fentry nothing.'],
    ['uprobe:tool:mian { }', 'No matches for uprobe /usr/bin/tool:mian.'],
    ['uprobe:tool:main+64 { }', "Offset outside the function bounds ('main' size is 64)"],
    ['uprobe:tool:0x400000 { }', 'Could not resolve address: /usr/bin/tool:0x400000'],
    [
      'uprobe:tool:_end { }',
      'Could not determine boundary for _end (symbol has size 0).\nUse --unsafe to force attachment. WARNING: This option could lead to data corruption in the target process.',
    ],
    ['uprobe:tool:pascal:main { }', 'unsupported language type: pascal'],
    ['uretprobe:none:main { }', "uprobe target file 'none' does not exist or is not executable"],
    ['uprobe:none:main { }', "uprobe target file 'none' does not exist or is not executable"],
    ['uprobe:tool { }', 'uprobe probe type requires 2 or 3 arguments, found 1'],
    [
      'kprobe:vfs_read { @ = retval; }',
      "The retval builtin can only be used with 'kretprobe' and 'uretprobe' and 'fentry' probes",
    ],
    [
      'kretprobe:vfs_read { @ = arg0; }',
      "The arg0 builtin can only be used with 'kprobes', 'uprobes' and 'usdt' probes",
    ],
    [
      'kprobe:vfs_read { @ = args.file; }',
      'The args builtin can only be used with tracepoint, rawtracepoint, fentry/fexit, and uprobe probes (kprobe used here)',
    ],
    ['fentry:vfs_read { @ = arg0; }', "The arg0 builtin can only be used with 'kprobes', 'uprobes' and 'usdt' probes"],
    ['fentry:vfs_read { @ = args.fiel; }', "Can't find function parameter fiel"],
    [
      'fentry:vfs_read { @ = args.file->flag; }',
      "Struct/union of type 'struct file' does not contain a field named 'flag'",
    ],
    ['fentry:vfs_read { @ = args.count->flags; }', "Can not access field 'flags' on expression of type 'uint64'"],
    ['fentry:vfs_open { @ = args.how; }', "the argument 'how' is passed by value and cannot be read"],
    ['fexit:vfs_open { @ = retval; }', 'fexit:vmlinux:vfs_open returns nothing that can be read'],
    ['BEGIN { @ = func; }', "The func builtin can not be used with 'begin' probes"],
    ['kprobe:vfs_read { @ = ((struct fiel *)arg0)->flags; }', 'Cannot resolve unknown type "struct fiel"'],
  ])('%s', (source, message) => {
    expect(compile(source, envOf('x86-64')).diagnostics.map((diagnostic) => diagnostic.message)).toEqual([message]);
  });

  // A tool for a program that a node does not have is skipped there, not failed: the code tells which it is.
  test.each(['uprobe:none:main { }', 'usdt:none:provider:probe { }'])(
    '%s: the program is what is missing',
    (source) => {
      expect(compile(source, envOf('x86-64')).diagnostics.map(({ code }) => code)).toEqual(['no-program']);
    },
  );

  test.each<[string, string]>([
    ['kprobe:vfs_read { }', 'this kernel has no kprobes (CONFIG_KPROBES)'],
    ['fentry:vfs_read { }', 'this kernel has no fentry and fexit, or forbids them'],
    ['uprobe:tool:main { }', 'this kernel has no uprobes (CONFIG_UPROBES)'],
  ])('%s on a kernel that cannot', (source, message) => {
    const [only, ...more] = compile(source, envOf('arm64', [])).diagnostics;
    expect(only?.message.startsWith(message)).toBe(true);
    expect(more).toEqual([]);
  });

  test('fentry without the types of the kernel', () => {
    const { types: _types, ...blind } = envOf('x86-64');
    const [diagnostic] = compile('fentry:vfs_read { }', blind).diagnostics;
    expect(diagnostic?.message).toBe('this kernel gives no types of its own (CONFIG_DEBUG_INFO_BTF)');
  });

  test.each([
    ['kprobe:vfs_read { @ = curtask->files; }', "Can not access field 'files' on expression of type 'void *'"],
    ['rawtracepoint:sys_enter { @ = args.id; }', 'The args builtin can only be used with'],
  ])('%s without the types of the kernel: it is the kernel that lacks them', (source, message) => {
    const { types: _types, ...blind } = envOf('x86-64');
    const [diagnostic] = compile(source, { ...blind, tracepoints: env.tracepoints }).diagnostics;
    expect(diagnostic).toMatchObject({ code: 'unsupported', message: expect.stringContaining(message) });
    expect(diagnostic?.hint).toContain('this kernel gives no types of its own (CONFIG_DEBUG_INFO_BTF)');
  });

  test.each(['kprobe', 'fentry'])('%s: a misspelt function has a hint', (kind) => {
    const [diagnostic] = compile(`${kind}:vfs_raed { }`, envOf('x86-64')).diagnostics;
    expect(diagnostic?.hint).toBe("did you mean 'vfs_read'?");
  });

  test('functions that fentry cannot serve are left out of wildcards, and said to be', () => {
    const { diagnostics } = compile('fentry:vfs_* { }', envOf('x86-64'));
    expect(diagnostics.map(({ severity, message }) => [severity, message])).toEqual([
      ['warning', '1 matches are left out: what they take or return does not fit'],
    ]);
  });

  test('names that several functions share are left out of wildcards, and said to be', () => {
    const { spec, diagnostics } = compile('kprobe:t*,kprobe:v* { }', envOf('x86-64'));
    expect(spec?.programs.length).toBeGreaterThan(0);
    expect(diagnostics.map(({ message }) => message)).toContain(
      '1 matches are left out: several functions share their names',
    );
  });
});

/** `BPF_LDX | BPF_MEM | BPF_DW` */
const LOAD_8 = 0x79;

function instructionsOf(source: string, arch: CompileEnv['arch']): readonly Instruction[] {
  const { spec, diagnostics } = compile(source, envOf(arch));
  expect(diagnostics).toEqual([]);
  return spec?.programs[0]?.instructions ?? [];
}

describe('arguments and results are where the architecture has them', () => {
  const cases: [CompileEnv['arch'], string, number][] = [];
  for (const arch of ['x86-64', 'arm64'] as const) {
    for (const [index, offset] of registerLayouts[arch].arguments.entries())
      cases.push([arch, `kprobe:vfs_read { @ = arg${index}; }`, offset]);
    cases.push([arch, 'kretprobe:vfs_read { @ = retval; }', registerLayouts[arch].result]);
    cases.push([arch, 'uretprobe:tool:main { @ = retval; }', registerLayouts[arch].result]);
    cases.push([arch, `uprobe:tool:main { @ = arg9; }`, registerLayouts[arch].stackPointer]);
  }
  test.each(cases)('%s: %s at %i', (arch, source, offset) => {
    const first = instructionsOf(source, arch).find(({ opcode }) => opcode === LOAD_8);
    expect(first?.offset).toBe(offset);
  });

  test('registers of both architectures', () => {
    expect(registerLayouts['x86-64']).toMatchObject({
      arguments: [112, 104, 96, 88, 72, 64],
      stackPointer: 152,
      stackArguments: 8,
      result: 80,
    });
    expect(registerLayouts.arm64).toMatchObject({
      arguments: [0, 8, 16, 24, 32, 40, 48, 56],
      stackPointer: 248,
      stackArguments: 0,
      result: 0,
    });
  });
});

describe('fields of structures', () => {
  const calls = (source: string) =>
    [...disassemble(instructionsOf(source, 'x86-64')).matchAll(/call bpf_(\w+)/g)].map((match) => match[1]);

  test.each<[string, string[]]>([
    ['fentry:vfs_read { @ = args.count; }', []],
    ['fentry:vfs_read { @ = args.file->flags; }', ['probe_read_kernel', 'probe_read_kernel', 'probe_read_user']],
    ['BEGIN { @ = ((struct file *)curtask)->mode; }', ['get_current_task', 'probe_read_kernel']],
  ])('%s', (source, helpers) => {
    const found = calls(source);
    expect(found.filter((name) => name !== 'map_lookup_elem')).toEqual(helpers);
  });
});

describe('kernels that take no keys beyond 512 bytes', () => {
  const old: CompileEnv = { ...envOf('x86-64'), features: new Set<KernelFeature>(['kprobe']) };

  test('have shorter strings, so that two fit into a key', () => {
    const { spec, diagnostics } = compile('kprobe:vfs_read { @[str(arg0), str(arg1)] = count(); }', old);
    expect(diagnostics).toEqual([]);
    expect(spec?.maps.find(({ name }) => name === 'AT_')?.keySize).toBe(400);
  });

  test('refuse what does not fit, and say why', () => {
    const { diagnostics } = compile('kprobe:vfs_read { @[str(arg0), str(arg1), str(arg2)] = count(); }', old);
    expect(diagnostics.map(({ message }) => message)).toEqual([
      'the key of @ takes 600 bytes; at most 512 are allowed by this kernel (before 5.11)',
    ]);
  });
});
