import { Btf } from '@bpfleet/bpf';
import { describe, expect, test } from 'vitest';
import { compile } from '../compile.ts';
import type { CompileEnv, KernelFeature } from '../env.ts';
import { parseTracepointFormat } from '../types/tracepoint-format.ts';

const record = (...fields: string[]) =>
  parseTracepointFormat(['\tfield:int __syscall_nr;\toffset:8;\tsize:4;\tsigned:1;', ...fields].join('\n'));
const cell = (declaration: string, index: number) =>
  `\tfield:${declaration};\toffset:${16 + index * 8};\tsize:8;\tsigned:0;`;

const formats: Record<string, ReturnType<typeof record>> = {
  sys_enter_read: record(cell('unsigned int fd', 0), cell('char * buf', 1), cell('size_t count', 2)),
  sys_enter_write: record(cell('unsigned int fd', 0), cell('const char * buf', 1), cell('size_t count', 2)),
  sys_enter_mmap: record(cell('unsigned long addr', 0), cell('unsigned long len', 1), cell('unsigned long fd', 4)),
  sys_enter_openat: record(cell('int dfd', 0), '\tfield:__data_loc char[] text;\toffset:24;\tsize:4;\tsigned:0;'),
  sys_enter_nowhere: record(),
  sys_exit_read: record(cell('long ret', 0)),
};

/** `struct task_struct { struct thread_info { u64 flags; u64 work; u32 status; } thread_info; }` and two typedefs. */
function types(): Btf {
  const names = [
    '',
    'int',
    'thread_info',
    'flags',
    'work',
    'status',
    'task_struct',
    'btf_trace_sys_enter',
    'btf_trace_sys_exit',
  ];
  const offsets = new Map<string, number>();
  let strings = '';
  for (const name of names) {
    offsets.set(name, strings.length);
    strings += `${name}\0`;
  }
  const words: number[] = [];
  const name = (text: string) => offsets.get(text) ?? 0;
  words.push(name('int'), 1 << 24, 8, 64);
  words.push(name('thread_info'), (4 << 24) | 3, 24, name('flags'), 1, 0, name('work'), 1, 64, name('status'), 1, 128);
  words.push(name('task_struct'), (4 << 24) | 1, 64, name('thread_info'), 2, 64);
  words.push(name('btf_trace_sys_enter'), 8 << 24, 1, name('btf_trace_sys_exit'), 8 << 24, 1);
  const header = Buffer.alloc(24);
  header.writeUInt16LE(0xeb9f, 0);
  header.writeUInt8(1, 2);
  header.writeUInt32LE(24, 4);
  header.writeUInt32LE(words.length * 4, 12);
  header.writeUInt32LE(words.length * 4, 16);
  header.writeUInt32LE(strings.length, 20);
  return new Btf(Buffer.concat([header, Buffer.from(Uint32Array.from(words).buffer), Buffer.from(strings)]));
}

const all: readonly KernelFeature[] = ['atomic_fetch', 'percpu_lookup', 'long_key', 'tp_btf', 'steady_raw'];

function env(changes: Partial<CompileEnv> = {}): CompileEnv {
  return {
    arch: 'x86-64',
    pageSize: 4096,
    cpus: 2,
    features: new Set(all),
    tracepoints: {
      tracepoint: (_category, event) => formats[event],
      list: () => Object.keys(formats).map((event) => ({ category: 'syscalls', event })),
    },
    types: types(),
    ...changes,
  };
}

function programs(source: string, changes?: Partial<CompileEnv>) {
  const { spec, diagnostics } = compile(source, env(changes));
  expect(diagnostics).toEqual([]);
  return (spec?.programs ?? []).map(({ attach, probes }) => [attach.kind, probes?.map((p) => p.split(':').at(-1))]);
}

describe('probes on system calls', () => {
  test('share a program for the entries and one for the exits', () => {
    expect(
      programs('t:syscalls:sys_enter_read, t:syscalls:sys_exit_read, t:syscalls:sys_enter_write { @ = count(); }'),
    ).toEqual([
      ['tp_btf', ['sys_enter_read', 'sys_enter_write']],
      ['tp_btf', ['sys_exit_read']],
    ]);
  });

  test('read their arguments where the format says', () => {
    const [one] = programs('t:syscalls:sys_enter_read, t:syscalls:sys_enter_mmap { @[args.fd, probe] = count(); }');
    expect(one).toEqual(['tp_btf', ['sys_enter_read', 'sys_enter_mmap']]);
  });

  test.each([
    ['the call has no number', 't:syscalls:sys_enter_nowhere { @ = count(); }', {}],
    ['it asks for kernel stacks', 't:syscalls:sys_enter_read { @[kstack] = count(); }', {}],
    ['a field is in no register', 't:syscalls:sys_enter_openat { @[args.text] = count(); }', {}],
    ['the kernel gives no types', 't:syscalls:sys_enter_read { @ = count(); }', { types: undefined }],
    [
      'arm64 has no such call',
      't:syscalls:sys_enter_mmap { @ = count(); }',
      { arch: 'arm64', features: new Set(), types: undefined },
    ],
  ] as const)('keep their own event where %s', (_why, source, changes) => {
    expect(programs(source, changes as Partial<CompileEnv>)).toEqual([['tracepoint', [source.split(/[: ]/)[2]]]]);
  });

  test('are raw without typed arguments where the kernel has none', () => {
    const features = new Set<KernelFeature>(['long_key', 'steady_raw']);
    expect(programs('t:syscalls:sys_enter_read { @[args.fd] = count(); }', { features })).toEqual([
      ['raw_tracepoint', ['sys_enter_read']],
    ]);
  });

  test('share the event of all calls where a raw program could lose its CPU', () => {
    const features = new Set(all.filter((feature) => feature !== 'steady_raw'));
    const source = `t:syscalls:sys_enter_read { @f[args.fd] = count(); } t:syscalls:sys_enter_write { @ = count(); }
      t:syscalls:sys_exit_read { @r[args.ret] = count(); }`;
    const { spec } = compile(source, env({ features }));
    expect(spec?.programs.map(({ attach, probes }) => [attach, probes?.length])).toEqual([
      [{ kind: 'tracepoint', category: 'raw_syscalls', event: 'sys_enter' }, 2],
      [{ kind: 'tracepoint', category: 'raw_syscalls', event: 'sys_exit' }, 1],
    ]);
  });

  test('on arm64 the first argument is not where the result goes', () => {
    const { spec } = compile('t:syscalls:sys_enter_read { @[args.fd] = count(); }', env({ arch: 'arm64' }));
    const offsets = spec?.programs[0]?.instructions.map((one) => ('offset' in one ? one.offset : 0));
    expect(offsets).toContain(272);
  });

  test('of too much code become several programs', () => {
    const body = Array.from({ length: 40 }, (_, i) => `printf("%s ${i}", str(args.buf));`).join(' ');
    const source = Array.from({ length: 16 }, () => `t:syscalls:sys_enter_write { ${body} }`).join('\n');
    const found = programs(source);
    expect(found.length).toBeGreaterThan(1);
    expect(found.flatMap(([, probes]) => probes)).toHaveLength(16);
  });
});

describe('other tracepoints', () => {
  const sched = { sched_switch: parseTracepointFormat('\tfield:pid_t prev_pid;\toffset:24;\tsize:4;\tsigned:1;') };
  const own = { probe: parseTracepointFormat('\tfield:unsigned long __probe_ip;\toffset:8;\tsize:8;\tsigned:0;') };
  const raw = {
    sys_enter: parseTracepointFormat(
      '\tfield:long id;\toffset:8;\tsize:8;\tsigned:1;\n\tfield:unsigned long args[6];\toffset:16;\tsize:48;\tsigned:0;',
    ),
  };
  const known = { ...sched, ...own, ...raw };
  const tracepoints = {
    tracepoint: (_category: string, event: string) => known[event as keyof typeof known],
    list: () => [],
  };
  /** A kernel that has every tracepoint, and is new where it has `enumerator`. */
  const newTypes = (enumerator: boolean) =>
    new Proxy(types(), {
      get(target, name) {
        if (name === 'enumerator') return () => (enumerator ? { value: 12n, enumeration: 1 } : undefined);
        if (name === 'function') return () => ({ id: 1, parameters: [], variadic: false, returns: 0 });
        if (name === 'named') return () => 7;
        const value = Reflect.get(target, name, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  const kind = (source: string, recent = true) => programs(source, { tracepoints, types: newTypes(recent) })[0]?.[0];

  test.each([
    ['t:sched:sched_switch { @ = count(); }', 'tp_btf'],
    ['t:sched:sched_switch { @[args.prev_pid] = count(); }', 'tracepoint'],
    ['t:sched:sched_switch { @[kstack] = count(); }', 'tracepoint'],
    ['t:mine:probe { @ = count(); }', 'tracepoint'],
    ['t:raw_syscalls:sys_enter { @[args.id] = count(); }', 'tp_btf'],
    ['t:raw_syscalls:sys_enter { @[args.args[0]] = count(); }', 'tracepoint'],
  ])('%s', (source, expected) => {
    expect(kind(source)).toBe(expected);
  });

  test('are left as they are on kernels that let a raw program interrupt itself', () => {
    expect(kind('t:sched:sched_switch { @ = count(); }', false)).toBe('tracepoint');
  });
});
