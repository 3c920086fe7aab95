import { disassemble, MapType, ProgramType } from '@bpfleet/bpf';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compiled, env, messages } from './compile.test-kit.ts';
import { compile, compileStages } from './compile.ts';
import { type CompileEnv, defaultConfig, permissiveEnv } from './env.ts';

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

  test('a kernel without ring buffers gets a buffer for each CPU', () => {
    const features = new Set([...env.features].filter((feature) => feature !== 'ringbuf'));
    const { spec } = compile('BEGIN { printf("x"); exit(); }', { ...env, features });
    expect(spec?.maps).toMatchObject([
      { name: 'events', type: 4, maxEntries: env.cpus },
      { name: 'control', type: 4, maxEntries: env.cpus },
      { name: 'counters' },
      { name: 'scratch' },
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
