import { describe, expect, test } from 'vitest';
import { env, messages } from './compile.test-kit.ts';
import { compile } from './compile.ts';

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
    ['BEGIN { if comptime (pid > 0) { nosuch(); } }', 'Unable to resolve comptime expression'],
    ['BEGIN { $x = 1; if comptime is_str($x) { } else { nosuch(); } }', "Unknown function: 'nosuch'"],
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
    [
      'config = { max_bpf_progs = 2 } tracepoint:*:* { }',
      'Your program is trying to generate more than 4 BPF programs, which exceeds the current limit of 2',
    ],
    [
      'config = { max_bpf_progs = 1 } tracepoint:syscalls:sys_* { @ = count(); }',
      'Your program is trying to generate more than 2 BPF programs, which exceeds the current limit of 1',
    ],
    [
      'config = { max_probes = 2 } BEGIN { } END { } tracepoint:sched:sched_process_exec { }',
      "Can't attach to 3 probes because it exceeds the current limit of 2 probes.",
    ],
    [
      'BEGIN { let $x : uint8 = 5; $x = 300; }',
      "Type mismatch for $x: trying to assign value of type 'int16' when variable already has a type 'uint8'",
    ],
    [
      'BEGIN { let $x : uint8; $x = nsecs; }',
      'Expression of type: uint64 being cast to type: uint8. This may cause unexpected results. Use an explicit cast to suppress this warning.',
    ],
    ['BEGIN { print(1 << 64); }', 'unable to fold literals due to overflow or underflow'],
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
    ['BEGIN { @ = kstack(1025); }', "kstack([int limit]): limit shouldn't exceed 1024, 1025 given"],
    ['BEGIN { @ = kstack(-1); }', 'kstack: invalid limit value'],
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
      ['warning', 'the other string is always shorter, so it is never equal to this'],
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
