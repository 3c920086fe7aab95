import { disassemble, MapType, ProgramType } from '@bpfleet/bpf';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compile, compileStages } from './compile.ts';
import { type CompileEnv, defaultConfig, permissiveEnv, type TracepointName } from './env.ts';
import { formatDiagnostic } from './source/format-diagnostic.ts';
import { parseTracepointFormat, type TracepointFormat } from './types/tracepoint-format.ts';

function format(name: string, ...fields: string[]): TracepointFormat {
  return parseTracepointFormat(
    `name: ${name}\nID: 1\nformat:\n${fields.map((field) => `\tfield:${field}\n`).join('')}`,
  );
}

const common = 'unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;';
const formats: Record<string, TracepointFormat> = {
  'syscalls:sys_enter_openat': format(
    'sys_enter_openat',
    common,
    'int __syscall_nr;\toffset:8;\tsize:4;\tsigned:1;',
    'int dfd;\toffset:16;\tsize:8;\tsigned:0;',
    'const char * filename;\toffset:24;\tsize:8;\tsigned:0;',
  ),
  'syscalls:sys_exit_openat': format('sys_exit_openat', common, 'long ret;\toffset:16;\tsize:8;\tsigned:1;'),
  'raw_syscalls:sys_enter': format(
    'sys_enter',
    common,
    'long id;\toffset:8;\tsize:8;\tsigned:1;',
    'unsigned long args[6];\toffset:16;\tsize:48;\tsigned:0;',
  ),
  'sched:sched_process_exec': format(
    'sched_process_exec',
    common,
    '__data_loc char[] filename;\toffset:8;\tsize:4;\tsigned:0;',
    'pid_t pid;\toffset:12;\tsize:4;\tsigned:1;',
  ),
};

const env: CompileEnv = {
  arch: 'x86-64',
  pageSize: 4096,
  cpus: 4,
  features: new Set(['atomic_fetch', 'long_key']),
  tracepoints: {
    tracepoint: (category, event) => formats[`${category}:${event}`],
    list: () =>
      Object.keys(formats).map((name): TracepointName => {
        const [category = '', event = ''] = name.split(':');
        return { category, event };
      }),
  },
};

function messages(source: string, target: CompileEnv = env): string[] {
  return compile(source, target).diagnostics.map((diagnostic) => formatDiagnostic(source, 'stdin', diagnostic));
}

/** The spec and layout of a script without mistakes. */
function compiled(source: string, target: CompileEnv = env) {
  const { spec, outputs, diagnostics } = compile(source, target);
  expect(diagnostics).toEqual([]);
  if (spec === undefined || outputs === undefined) throw new Error('no spec');
  return { spec, outputs };
}

const NOTHING =
  "Probe has no valid attach points. If this is expected, set the 'missing_probes' config variable to 'warn'.";

describe('mistakes are shown where they are', () => {
  test.each([
    [
      'BEGIN { @ = conut(); }',
      "stdin:1:13-20: ERROR: Unknown function: 'conut'\nBEGIN { @ = conut(); }\n            ~~~~~~~\nHINT: did you mean 'count'?",
    ],
    [
      'BEGIN { @ = comn; }',
      "stdin:1:13-17: ERROR: Unknown identifier: 'comn'\nBEGIN { @ = comn; }\n            ~~~~\nHINT: did you mean 'comm'?",
    ],
    [
      'BEGIN\n{\n\t@ = $misspelt;\n}',
      'stdin:3:6-15: ERROR: Undefined or undeclared variable: $misspelt\n    @ = $misspelt;\n        ~~~~~~~~~',
    ],
    [
      'BEGIN { $count = 1; print($cuont); }',
      "stdin:1:27-33: ERROR: Undefined or undeclared variable: $cuont\nBEGIN { $count = 1; print($cuont); }\n                          ~~~~~~\nHINT: did you mean '$count'?",
    ],
    [
      'tracepont:a:b { }',
      "stdin:1:1-14: ERROR: Invalid probe type: tracepont\ntracepont:a:b { }\n~~~~~~~~~~~~~\nHINT: did you mean 'tracepoint'?",
    ],
    [
      'tracepoint:syscalls:sys_enter_opena { }',
      "stdin:1:1-36: ERROR: No matches for tracepoint syscalls:sys_enter_opena.\ntracepoint:syscalls:sys_enter_opena { }\n~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~\nHINT: did you mean 'syscalls:sys_enter_openat'?",
    ],
    [
      'tracepoint:syscalls:sys_exit_openat { @ = args.rett; }',
      "stdin:1:43-52: ERROR: Struct/union of type 'struct tracepoint:syscalls:sys_exit_openat_args' does not contain a field named 'rett'\ntracepoint:syscalls:sys_exit_openat { @ = args.rett; }\n                                          ~~~~~~~~~\nHINT: did you mean 'ret'?",
    ],
  ])('%s', (source, expected) => {
    expect(messages(source)).toEqual([expected]);
  });
});

describe('each mistake has its sentence', () => {
  test.each([
    ['BEGIN { count(); }', 'count() must be assigned directly to a map'],
    ['BEGIN { $x = count(); }', 'count() must be assigned directly to a map'],
    [
      'let @m = hash(5); BEGIN { @m[1] = count(); }',
      'Incompatible map types. Type from declaration: hash. Type from value/key type: percpuhash',
    ],
    [
      'let @m = percpulruhash(5); BEGIN { @m[1] = 5; }',
      'Incompatible map types. Type from declaration: percpulruhash. Type from value/key type: hash',
    ],
    [
      'config = { unstable_tseries = error } BEGIN { @ = tseries(1, 1s, 5); }',
      'tseries feature is not enabled by default. To enable this unstable feature, set the config flag to enable. unstable_tseries=enable',
    ],
    ...[
      ['1, 0, 5', 'tseries() interval_ns must be >= 1 (0 provided)'],
      ['1, pid, 5', 'tseries: invalid interval_ns value (must be non-negative literal)'],
      ['1, 1s, 0', 'tseries() num_intervals must be >= 1 (0 provided)'],
      ['1, 1s, -1', 'tseries: invalid num_intervals value (must be non-negative literal)'],
      ['1, 1s, 1000001', 'tseries() num_intervals must be < 1000000 (1000001 provided)'],
      ['1, 1s, 5000', 'tseries() keeps at most 1300 intervals, for a value has at most 32 KiB a CPU'],
      ['1, 1s', 'tseries() requires at least 3 arguments (2 provided)'],
      [
        '1, 1s, 3, "x"',
        'tseries() expects one of the following aggregation functions: avg, max, min, sum ("x" provided)',
      ],
    ].map(([given, message]) => [
      `config = { unstable_tseries = enable } BEGIN { @ = tseries(${given}); }`,
      message as string,
    ]),
    ['BEGIN { 5; }', 'Return value discarded.'],
    [
      'BEGIN { $p = (int32 *)16; $x = $p * 2; }',
      'The * operator can not be used on expressions of types int32 *, int8',
    ],
    ['BEGIN { $p = (int32 *)16; $x = -$p; }', "The - operator can not be used on expressions of type 'int32 *'"],
    [
      'BEGIN { $r = (a=1); $r = (b=1); }',
      "Type mismatch for $r: trying to assign value of type 'record { .b = int8 }' when variable already has a type 'record { .a = int8 }'",
    ],
    ['BEGIN { @ = count(1); }', 'count() requires no arguments (1 provided)'],
    ['BEGIN { @ = hist(); }', 'hist() requires at least one argument (0 provided)'],
    ['BEGIN { @ = hist(1, 6); }', 'hist: bits 6 must be 0..5'],
    ['BEGIN { @ = hist(1, pid); }', 'hist: bits must be an integer literal'],
    ['BEGIN { @ = sum("a"); }', 'sum() only supports integer arguments (string[2] provided)'],
    ['BEGIN { @ = lhist(1, 10, 5, 1); }', 'lhist() min must be less than max (provided min 10 and max 5)'],
    ['BEGIN { @ = lhist(1, 0, 10, 0); }', 'lhist() step must be >= 1 (0 provided)'],
    ['BEGIN { @ = lhist(1, 0, 10000, 1); }', 'lhist() too many buckets, must be <= 1000 (would need 10000)'],
    ['BEGIN { @ = lhist(1, 0, 10, 11); }', 'lhist() step 11 is larger than the range from 0 to 10'],
    ['BEGIN { @ = lhist(1, pid, 10, 1); }', 'lhist: invalid min value (must be non-negative literal)'],
    [
      'BEGIN { @x = 1; @x = "a"; }',
      "Type mismatch for @x: trying to assign value of type 'string[2]' when map already has a type 'int8'",
    ],
    [
      'BEGIN { @x = count(); } END { @x = 5; }',
      "Type mismatch for @x: trying to assign value of type 'int8' when map already has a type 'count_t'",
    ],
    ['BEGIN { @x = hist(1); @x = hist(1, 2); }', 'Different bits in a single hist unsupported'],
    [
      'BEGIN { $x = 1; $x = "a"; }',
      "Type mismatch for $x: trying to assign value of type 'string[2]' when variable already has a type 'int8'",
    ],
    [
      'BEGIN { @x[1] = 1; @x["a"] = 1; }',
      "Argument mismatch for @x: trying to access with arguments: 'string[2]' when map expects arguments: 'int8'",
    ],
    [
      'BEGIN { @x[1] = 1; @x[1, 2] = 1; }',
      "Argument mismatch for @x: trying to access with arguments: '(int8,int8)' when map expects arguments: 'int8'",
    ],
    [
      'BEGIN { @x = 1; @x[1] = 1; }',
      '@x used as a map with an explicit key (non-scalar map), previously used without an explicit key (scalar map)',
    ],
    [
      'BEGIN { @x[1] = 1; printf("%d", @x); }',
      '@x used as a map without an explicit key (scalar map), previously used with an explicit key (non-scalar map)',
    ],
    ['BEGIN { print(@x); }', 'Undefined map: @x'],
    ['BEGIN { @y = @x; }', 'Undefined map: @x'],
    ['BEGIN { clear(5); }', 'clear() expects a map argument'],
    ['BEGIN { @x[1] = 1; clear(@x[1]); }', 'clear() expects a map argument'],
    ['BEGIN { @x[1] = 1; _ = delete(@x); }', 'delete() takes a key of @x'],
    [
      'BEGIN { @x = count(); if (@x > 5) { } }',
      'count() is kept per CPU, and this kernel cannot read the values of all CPUs in a probe (5.19 can)',
    ],
    ['BEGIN { printf(5); }', 'printf() expects a string literal (integer provided)'],
    ['BEGIN { printf("%d"); }', 'not enough arguments for format string (0 supplied, 1 expected)'],
    ['BEGIN { printf("x", 1); }', 'too many arguments for format string (1 supplied, 0 expected)'],
    ['BEGIN { printf("%d", comm); }', "unsupported format specifier for type 'string[16]': d"],
    ['BEGIN { printf("%q", 1); }', 'too many arguments for format string (1 supplied, 0 expected)'],
    ['BEGIN { printf("%f", 1); }', 'unsupported format specifier: f'],
    ['BEGIN { if (kstack) { } }', 'Invalid condition: kstack_bpftrace_127'],
    ['BEGIN /(1, 2)/ { }', 'Invalid condition: (int8,int8)'],
    ['BEGIN { $x = 1 + "a"; }', 'The + operator can not be used on expressions of types int8, string[2]'],
    ['BEGIN { if (comm == 5) { } }', "Type mismatch for '==': comparing string[16] with int8"],
    ['BEGIN { if (comm < "a") { } }', 'The < operator can not be used on expressions of types string[16], string[2]'],
    [
      'BEGIN { $x = pid ? 1 : "a"; }',
      "Branches must return the same type or compatible types: have 'int8' and 'string[2]'",
    ],
    [
      'BEGIN { @[args] = 1; }',
      'The args builtin can only be used with tracepoint, rawtracepoint, fentry/fexit, and uprobe probes (special used here)',
    ],
    ['tracepoint:syscalls:sys_exit_openat { @ = args; }', "Value 'args' cannot be assigned to a map."],
    [
      'tracepoint:syscalls:sys_exit_openat { @ = args.ret.x; }',
      "Can not access field 'x' on expression of type 'int64'",
    ],
    [
      'tracepoint:syscalls:sys_exit_openat { @ = arg0; }',
      "The arg0 builtin can only be used with 'kprobes', 'uprobes' and 'usdt' probes",
    ],
    ['tracepoint:raw_syscalls:sys_enter { @ = args.args[6]; }', 'the index 6 is out of bounds for array of size 6'],
    [
      'tracepoint:raw_syscalls:sys_enter { @ = args.id[0]; }',
      'The array index operator [] can only be used on arrays, pointers, and tuples, found int64.',
    ],
    ['BEGIN { $x = 1; $x == 2; }', 'Return value discarded.'],
    ['BEGIN { if (1) { return; $x = 1; } }', 'Unreachable statement.'],
    ['BEGIN { $x = 300; print((int16)$x); }', 'Unnecessary cast: expression is already of type int16'],
    [
      'BEGIN { let $x : uint8 = 300; }',
      "Type mismatch for $x: trying to assign value of type 'int16' when variable already has a type 'uint8'",
    ],
    ['BEGIN { print(5 / 0); }', 'unable to fold literals due to overflow or underflow'],
    ['BEGIN { print(9223372036854775807 * 3); }', 'unable to fold literals due to overflow or underflow'],
    ['BEGIN { print(1 << -1); }', 'unable to fold literals due to overflow or underflow'],
    ['BEGIN { @ = count() + 1; }', 'count() must be assigned directly to a map'],
    [
      'BEGIN { @x = count(); @x++; }',
      "Type mismatch for @x: trying to assign value of type 'uint64' when map already has a type 'count_t'",
    ],
    [
      'BEGIN { @s = stats(1); print(@s, 1); }',
      "print()'s top and div arguments are ignored when used on stats() maps.",
    ],
    [
      'BEGIN { print(nsecs - 1); }',
      'Expression of type: uint64 being cast to type: int64. This may cause unexpected results. Use an explicit cast to suppress this warning.',
    ],
    ['BEGIN { $x = printf("a"); }', "Value 'void' cannot be assigned to a scratch variable."],
    ['BEGIN { exit; }', 'exit is a function'],
    ['BEGIN { pid(5, 6); }', 'pid() takes up to one argument (2 provided)'],
    ['BEGIN { let $x; let $x; }', 'Variable $x was already declared. Variable shadowing is not allowed.'],
    ['BEGIN { if (1) { $x = 1; } print($x); }', 'Undefined or undeclared variable: $x'],
    ['iter:a { }', 'this kernel has no iterators for programs: they need 5.8 and CONFIG_DEBUG_INFO_BTF'],
    ['kprobe:f { }', 'this kernel has no kprobes (CONFIG_KPROBES)'],
    ['BEGIN { @ = kstack(128); }', 'kstack(): depth is a number from 1 to 127'],
    ['BEGIN { @ = kstack + 1; }', 'The + operator can not be used on expressions of types kstack_bpftrace_127, int8'],
    [
      'BEGIN { @ = kstack(1); @ = kstack(2); }',
      "Type mismatch for @: trying to assign value of type 'kstack_bpftrace_2' when map already has a type 'kstack_bpftrace_1'",
    ],
    ['BEGIN { printf("%d", kstack); }', "unsupported format specifier for type 'kstack_bpftrace_127': d"],
    ['BEGIN:x { }', 'BEGIN takes no arguments'],
    ['tracepoint:x { }', 'tracepoint probe type requires 2 arguments, found 1'],
    ['tracepoint:nothing:* { }', NOTHING],
    ['rawtracepoint:nothing { }', 'No matches for rawtracepoint nothing.'],
    ['profile:hz:0 { }', 'profile frequency should be a positive integer'],
    ['profile:99 { }', 'Invalid rate of profile probe. Minimum is 1000 or 1us. Found: 99 nanoseconds'],
    ['interval:years:1 { }', 'years is not an accepted unit of time'],
    ['interval:s:9999999 { }', 'interval takes a period of 1us to 1d'],
  ])('%s', (source, message) => {
    expect(compile(source, env).diagnostics.map((diagnostic) => diagnostic.message)).toEqual([message]);
  });

  test('a literal that can never be equal is warned of', () => {
    const { diagnostics, spec } = compile('BEGIN { if (comm == "longer than fifteen") { } }', env);
    expect(diagnostics.map(({ severity, message }) => [severity, message])).toEqual([
      ['warning', 'the other string has at most 15 characters, so it is never equal to this'],
    ]);
    expect(spec).toBeDefined();
  });

  test('several at once, each once, in the order of the source', () => {
    const source = 'BEGIN { $x = nope; }\nEND { @ = bad(); printf("%d"); }\ntracepoint:*:* { @y = nope2; @x = @z; }';
    expect(compile(source, env).diagnostics.map(({ line, column }) => `${line}:${column}`)).toEqual([
      ...['1:14', '2:11', '2:18', '3:23', '3:35'],
    ]);
  });
});

describe('a wildcard', () => {
  test('makes a program each', () => {
    const { spec } = compiled('tracepoint:syscalls:sys_*_openat { @ = count(); }');
    expect(spec.programs.map(({ attach }) => attach)).toEqual([
      { kind: 'tracepoint', category: 'syscalls', event: 'sys_enter_openat' },
      { kind: 'tracepoint', category: 'syscalls', event: 'sys_exit_openat' },
    ]);
  });

  test('that matches too much is refused', () => {
    const few: CompileEnv = { ...env, config: { maxProbes: 3 } };
    expect(messages('tracepoint:*:* { }', few)[0]).toContain(
      "Can't attach to 4 probes because it exceeds the current limit of 3 probes.",
    );
  });
});

describe('attach points', () => {
  test.each([
    ['BEGIN', ProgramType.RAW_TRACEPOINT, { kind: 'begin' }],
    ['end', ProgramType.RAW_TRACEPOINT, { kind: 'end' }],
    [
      't:raw_syscalls:sys_enter',
      ProgramType.TRACEPOINT,
      { kind: 'tracepoint', category: 'raw_syscalls', event: 'sys_enter' },
    ],
    ['rt:sys_enter', ProgramType.RAW_TRACEPOINT, { kind: 'raw_tracepoint', event: 'sys_enter' }],
    ['rawtracepoint:vmlinux:sys_enter', ProgramType.RAW_TRACEPOINT, { kind: 'raw_tracepoint', event: 'sys_enter' }],
    ['profile:hz:99', ProgramType.PERF_EVENT, { kind: 'profile', frequency: 99 }],
    ['p:ms:10', ProgramType.PERF_EVENT, { kind: 'profile', periodNs: 10_000_000n }],
    ['interval:s:2', ProgramType.PERF_EVENT, { kind: 'interval', periodNs: 2_000_000_000n }],
    ['i:hz:10', ProgramType.PERF_EVENT, { kind: 'interval', periodNs: 100_000_000n }],
    ['interval:us:5', ProgramType.PERF_EVENT, { kind: 'interval', periodNs: 5_000n }],
    ['interval:250ms', ProgramType.PERF_EVENT, { kind: 'interval', periodNs: 250_000_000n }],
  ])('%s', (probe, type, attach) => {
    const [program] = compiled(`${probe} { }`).spec.programs;
    expect(program).toMatchObject({ type, attach });
  });
});

describe('maps', () => {
  const int = (offset: number) => ({ data: { kind: 'integer', bytes: 8, signed: true }, offset, size: 8 });
  const uint = (offset: number) => ({ data: { kind: 'integer', bytes: 8, signed: false }, offset, size: 8 });
  const text = (bytes: number, offset = 0) => ({ data: { kind: 'string', bytes }, offset, size: bytes });

  test.each([
    ['@ = count()', MapType.PERCPU_ARRAY, 4, 16, { kind: 'cells', offset: 8, slots: 1, set: 0 }],
    ['@[pid] = count()', MapType.PERCPU_HASH, 8, 8, { kind: 'cells', offset: 0, slots: 1 }],
    ['@[pid] = min(1)', MapType.PERCPU_HASH, 8, 16, { kind: 'cells', offset: 8, slots: 1, set: 0 }],
    ['@[pid] = stats(1)', MapType.PERCPU_HASH, 8, 16, { kind: 'cells', offset: 0, slots: 2 }],
    ['@[pid] = hist(1)', MapType.PERCPU_HASH, 8, 528, { kind: 'cells', offset: 0, slots: 66 }],
    ['@[pid] = hist(1, 5)', MapType.PERCPU_HASH, 8, 15368, { kind: 'cells', offset: 0, slots: 1921 }],
    ['@[pid] = lhist(1, 0, 95, 10)', MapType.PERCPU_HASH, 8, 88, { kind: 'cells', offset: 0, slots: 11 }],
    ['@ = 1', MapType.ARRAY, 4, 16, { kind: 'scalar', field: int(8), set: 0 }],
    ['@ = nsecs', MapType.ARRAY, 4, 16, { kind: 'scalar', field: uint(8), set: 0 }],
    ['@[pid] = -1', MapType.HASH, 8, 8, { kind: 'scalar', field: int(0) }],
    ['@[comm] = comm', MapType.HASH, 16, 16, { kind: 'scalar', field: text(16) }],
    ['@[1, comm, 2] = 1', MapType.HASH, 32, 8, { kind: 'scalar', field: int(0) }],
  ])('%s', (statement, type, keySize, valueSize, value) => {
    const { spec, outputs } = compiled(`BEGIN { ${statement}; }`);
    expect(spec.maps[0]).toMatchObject({ name: 'AT_', type, keySize, valueSize });
    expect(outputs.maps[0]?.value).toEqual(value);
  });

  test('types are found over all clauses, whatever the order', () => {
    const { outputs } = compiled(
      'BEGIN { printf("%s %d\\n", @s, @n[comm]); } END { @s = "text"; @n["a longer key than comm"] = -5; }',
    );
    expect(outputs.maps.map(({ schema, key, value }) => [schema.name, schema.signed, key, value])).toEqual([
      ['@s', false, [], { kind: 'scalar', field: text(8, 8), set: 0 }],
      ['@n', true, [text(24)], { kind: 'scalar', field: int(0) }],
    ]);
  });

  test('the schema says what user space must know to merge', () => {
    const { outputs } = compiled('BEGIN { @h[pid, comm] = hist(-1, 2); @l = lhist(pid, 1, 9, 2); }');
    expect(outputs.maps.map(({ schema }) => schema)).toEqual([
      { id: 0, name: '@h', kind: 'hist', key: ['uint', 'string'], signed: true, histBits: 2 },
      { id: 1, name: '@l', kind: 'lhist', key: [], signed: false, lhist: { min: 1n, max: 9n, step: 2n } },
    ]);
  });

  test('rings are powers of two of the page size, and only there when used', () => {
    const pages: CompileEnv = { ...env, pageSize: 65536, config: { eventRingBytes: 100_000 } };
    const { spec, outputs } = compiled('BEGIN { printf("x"); exit(); }', pages);
    const sizes = spec.maps.filter(({ type }) => type === MapType.RINGBUF).map(({ maxEntries }) => maxEntries);
    expect(sizes).toEqual([131_072, 65_536]);
    expect(outputs).toMatchObject({ eventRing: 'events', controlRing: 'control', counters: 'counters' });
    expect(compiled('BEGIN { }').spec.maps).toEqual([]);
    expect(compiled('BEGIN { }').outputs).toEqual({ maps: [], records: [] });
  });
});

test('records say where each argument lies', () => {
  const { outputs } = compiled(
    'BEGIN { @m[1] = 1; printf("%d %s %u", -1, comm, pid); print(comm); print(@m, 3, 2); clear(@m); zero(@m); exit(); }',
  );
  const int = (signed: boolean, offset: number) => ({ data: { kind: 'integer', bytes: 8, signed }, offset, size: 8 });
  const text = (offset: number, bytes: number) => ({ data: { kind: 'string', bytes }, offset, size: bytes });
  expect(outputs.records).toEqual([
    {
      kind: 'printf',
      format: '%d %s %u',
      args: [int(true, 16), text(24, 16), int(false, 40)],
      size: 48,
    },
    { kind: 'value', arg: text(16, 16), size: 32 },
    { kind: 'print-map', map: 0, top: 3, div: 2, size: 16 },
    { kind: 'clear-map', map: 0, size: 16 },
    { kind: 'zero-map', map: 0, size: 16 },
    { kind: 'exit', size: 16 },
  ]);
});

test('instructions know their line', () => {
  const [program] = compiled('BEGIN\n{\n  @a = pid;\n  @b = tid;\n}').spec.programs;
  expect(program?.sourceLines.map(({ line }) => line).filter((line, index, all) => line !== all[index - 1])).toEqual([
    3, 4,
  ]);
});

test('a program that needs more stack than there is, is a diagnostic', () => {
  const parts = Array.from({ length: 70 }, (_, index) => `$v${index} = pid + ${index};`).join(' ');
  const uses = Array.from({ length: 70 }, (_, index) => `@[$v${index}, comm, ${index}] = sum($v${69 - index});`).join(
    ' ',
  );
  const { diagnostics } = compile(`BEGIN { ${parts} ${uses} }`, env);
  expect(diagnostics.map(({ code }) => code)).toEqual(['limit']);
});

test.each([
  ['BEGIN { ', '@a[comm] = count(); ', '}', 'the program of this probe is too large'],
  ['BEGIN { ', 'if (str(pid) == str(tid)) { } ', '}', 'the program of this probe is too large'],
  ['', 'BEGIN { } ', '', 'a script has at most 1024 probes, wildcards counted as what they match'],
  ['BEGIN { ', '{ printf("%s"); } ', '}', 'not enough arguments for format string (0 supplied, 1 expected)'],
])('a script far too large is refused: %s%s', (before, part, after, message) => {
  const source = before + part.repeat(10_000) + after;
  expect(compile(source, env).diagnostics[0]?.message).toBe(message);
});

test('the same input gives the same output', () => {
  const source = 'tracepoint:*:* { @[comm, pid ? 1 : 2] = count(); }';
  expect(compile(source, env)).toEqual(compile(source, env));
});

describe('without a kernel', () => {
  test('any tracepoint and any argument is accepted, and no spec is made', () => {
    const source =
      'tracepoint:foo:bar_* /args.x > 5/ { @[str(args.y), args.z] = hist(args.a[3]); printf("%s %d", args.name, args.n); }';
    expect(compile(source, permissiveEnv())).toEqual({ config: defaultConfig, diagnostics: [] });
  });

  test('every other mistake is found', () => {
    const source = 'tracepoint:foo:bar { @ = conut(); printf("%d"); @x = args.y + comm; if (kstack) { } }';
    expect(messages(source, permissiveEnv()).map((text) => text.split('\n')[0])).toEqual([
      "stdin:1:26-33: ERROR: Unknown function: 'conut'",
      'stdin:1:35-47: ERROR: not enough arguments for format string (0 supplied, 1 expected)',
      'stdin:1:73-79: ERROR: Invalid condition: kstack_bpftrace_127',
    ]);
  });
});

const pieces = [
  ...['BEGIN', 'END', 'tracepoint:raw_syscalls:sys_enter', 'interval:s:1', 'profile:hz:99', 'rt:sys_enter', 'kprobe:x'],
  ...[
    '{',
    '}',
    '(',
    ')',
    '[',
    ']',
    ',',
    ';',
    ':',
    '?',
    '.',
    '/',
    '//',
    '/*',
    '*/',
    '"',
    '\\',
    '\n',
    ' ',
    '#',
    '@',
    '$',
  ],
  ...['+', '-', '*', '%', '&&', '||', '==', '=', '+=', '++', '!', '~', '<<', '->'],
  ...[
    '@x',
    '@y[1]',
    '$a',
    '$b',
    'pid',
    'comm',
    'args',
    'args.id',
    'args.args[1]',
    'nope',
    'if',
    'else',
    'let',
    'return',
  ],
  ...['1', '0', '-1', '0x7f', '1e99', '5ms', '"s"', '"%s"', 'count()', 'hist(', 'lhist(1,0,9,1)', 'printf(', 'print('],
  ...[
    'delete(',
    'exit()',
    'str(',
    '(uint8)',
    'has_key(',
    'clear(@x)',
    'min(pid)',
    '__proto__',
    'constructor',
    '$__proto__',
  ],
];

describe('any text gives diagnostics, never an exception', () => {
  const check = (source: string, target: CompileEnv) => {
    const { spec, diagnostics } = compile(source, target);
    const lines = source.split('\n');
    for (const { line, column, endLine, endColumn, message } of diagnostics) {
      expect(message).not.toBe('');
      expect(line).toBeGreaterThanOrEqual(1);
      expect(line).toBeLessThanOrEqual(lines.length);
      expect(column).toBeGreaterThanOrEqual(1);
      expect(column).toBeLessThanOrEqual((lines[line - 1] ?? '').length + 1);
      expect(endLine * 1e6 + endColumn).toBeGreaterThanOrEqual(line * 1e6 + column);
    }
    const errors = diagnostics.some(({ severity }) => severity === 'error');
    expect(spec === undefined).toBe(errors || target.tracepoints === null);
  };

  test('soup of tokens', () => {
    const soup = fc.array(fc.constantFrom(...pieces), { maxLength: 60 }).map((list) => list.join(' '));
    fc.assert(
      fc.property(soup, (text) => check(text, env)),
      { numRuns: 500 },
    );
  });

  test('soup within a clause', () => {
    const soup = fc.array(fc.constantFrom(...pieces), { maxLength: 12 }).map((list) => `BEGIN { ${list.join('')} }`);
    fc.assert(
      fc.property(soup, (text) => check(text, permissiveEnv())),
      { numRuns: 1000 },
    );
  });

  test('any characters', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => check(text, env)));
  });
});

test('compileStages gives the tree after an error, and everything without one', () => {
  expect(compileStages('BEGIN { nope; }', env)).toMatchObject({ ast: { kind: 'script' } });
  expect(compileStages('BEGIN { nope; }', env).ir).toBeUndefined();
  expect(compileStages('BEGIN { @ = 1; }', env).ir).toHaveLength(1);
});

test('comm: its bytes are cleared before the kernel writes the name, for some kernels do not fill them', () => {
  const program = compiled('BEGIN { @[comm] = count(); }').spec.programs[0];
  const text = disassemble(program?.instructions ?? []).split('\n');
  const call = text.findIndex((line) => line.includes('get_current_comm'));
  const before = text.slice(0, call).filter((line) => /\*\(u64 \*\)\(r10 -(8|16)\) = 0/.test(line));
  expect(call).toBeGreaterThan(0);
  expect(before).toHaveLength(2);
});
