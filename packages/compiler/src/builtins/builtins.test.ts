import { Helper } from '@bpfleet/bpf';
import { describe, expect, test } from 'vitest';
import { compile } from '../compile.ts';
import { type CompileEnv, permissiveEnv } from '../env.ts';

/** A node without tracepoints, programs or types, on which BEGIN compiles. */
const node: CompileEnv = {
  ...permissiveEnv(),
  tracepoints: { tracepoint: () => undefined, list: () => [] },
  unsafe: true,
  mayReadFiles: true,
  symbols: {
    kernel: (name) => (name === 'jiffies' ? 0xffff_ffff_8200_0000n : null),
    user: () => ({ reason: 'no such symbol' }),
  },
  cgroupId: (path) => (path === '/sys/fs/cgroup' ? 7n : { reason: `${path} is no control group` }),
};

const messages = (source: string, env = node) => compile(source, env).diagnostics.map(({ message }) => message);

describe('mistakes have a sentence', () => {
  test.each<[string, string]>([
    ['printf("%d\\n");', 'not enough arguments for format string (0 supplied, 1 expected)'],
    ['errorf("%s %s", "a");', 'not enough arguments for format string (1 supplied, 2 expected)'],
    ['warnf(5);', 'warnf() expects a string literal (integer provided)'],
    ['cat(5);', 'cat() expects a string literal (integer provided)'],
    ['time(5);', 'time() expects a string literal (integer provided)'],
    ['time("%H", 1);', 'time() takes up to one argument (2 provided)'],
    ['exit("a");', 'exit() only supports int arguments (string provided)'],
    ['join("a");', 'join() only supports int or pointer arguments (string provided)'],
    ['join(0, 5);', 'join() expects a string literal (integer provided)'],
    ['fail("x %d", 5);', 'x 5'],
    ['if (0) { fail("never %s", "run"); }', 'never run'],
    ['fail("x %d", pid);', 'fail() arguments need to be literals'],
    ['static_assert(1 == 2, "no");', 'no'],
    ['static_assert(pid == 2, "no");', 'static_assert() expects a condition of literals'],
    ['assert(1);', 'assert() requires 2 arguments (1 provided)'],
    ['print(nsecs(foo));', 'Invalid timestamp mode: foo'],
    ['print(pid(foo));', 'pid() takes the name of a namespace of processes'],
    ['print(rand(1));', 'rand() requires no arguments (1 provided)'],
    ['print(reg("ip"));', "reg can not be used with 'special' probes"],
    ['print(ctx);', "The ctx builtin can not be used with 'special' probes"],
    ['print(sarg0);', 'begin has no sarg0'],
    ['strncmp("a", "b", -1);', 'Builtin strncmp requires a non-negative literal'],
    ['strncmp("a", "b", pid);', 'Builtin strncmp requires a non-negative literal'],
    ['strncmp(1, "b", 1);', 'strncmp() only supports string arguments (integer provided)'],
    ['strlen(5);', 'strlen() only supports string arguments (integer provided)'],
    ['strcontains("a", 5);', 'strcontains() only supports string arguments (integer provided)'],
    ['str((int8 *)0, -1);', 'str cannot use negative length (-1)'],
    ['bswap("a");', 'bswap() only supports integer arguments (string provided)'],
    ['pton("1.2.3");', 'pton() expects a valid IPv4/IPv6 address, got 1.2.3'],
    ['ntop("a");', 'ntop() expects an integer, or an array of 4 or 16 bytes (string provided)'],
    ['signal(9);', 'signal() can not be used for this probetype special'],
    ['override(1);', 'override() can only be used inside kprobes'],
    ['kaddr("nothing");', 'Failed to resolve kernel symbol: nothing'],
    ['kaddr(5);', 'kaddr() expects a string literal (integer provided)'],
    ['uaddr("x");', 'begin has no uaddr()'],
    ['cgroupid("/no");', 'Failed to get cgroupid for path: "/no"'],
    ['strftime("%H", -5);', 'strftime() can not take a negative time (-5)'],
    ['strerror("a");', 'strerror() only supports int arguments (string provided)'],
    ['buf(pid);', 'buf() expects a length argument for non-array type'],
    ['@ = 1; print(len(@));', 'call to len() expects a map with explicit keys (non-scalar map)'],
    ['print(len("abc"));', 'call to len() expects a map, ustack, or kstack (string provided)'],
    ['socket_cookie(1);', 'socket_cookie can not be used with "special" probes'],
    ['path(1);', 'path can not be used with "special" probes'],
    ['skboutput("f", 1, 2, 3);', 'skboutput can not be used with "special" probes'],
    ['print(ppid);', "ppid needs the kernel's BTF (CONFIG_DEBUG_INFO_BTF), which this kernel does not give"],
  ])('%s', (statements, message) => {
    expect(messages(`BEGIN { ${statements} }`)).toContain(message);
  });

  test('what changes the machine, and cat, must be allowed', () => {
    const source = 'BEGIN { system("x"); cat("y"); }';
    expect(messages(source)).toEqual([]);
    expect(messages(source, { ...node, unsafe: false, mayReadFiles: false })).toEqual([
      'system() is an unsafe function being used in safe mode',
      'cat() reads any file of the node as the agent, which sessions may not',
    ]);
  });

  test('a kernel that lacks a clock says so', () => {
    const features = new Set([...node.features].filter((feature) => feature !== 'tai'));
    expect(messages('BEGIN { print(nsecs(tai)); }', { ...node, features })).toEqual([
      'nsecs(tai) needs kernel 6.1 or newer',
    ]);
    expect(messages('BEGIN { print(nsecs(sw_tai)); }', { ...node, features })).toEqual([]);
  });
});

describe('what programs call', () => {
  const calls = (source: string, env = node) => {
    const { spec, diagnostics } = compile(source, env);
    expect(diagnostics).toEqual([]);
    const numbers = spec?.programs.flatMap(({ instructions }) =>
      instructions.filter(({ opcode }) => opcode === 0x85).map(({ imm }) => Number(imm)),
    );
    return new Set(numbers);
  };

  test('another namespace of processes is asked for', () => {
    const pidNamespace = { device: 4n, inode: 4_026_532_000n };
    expect(calls('BEGIN { @ = pid; }')).toContain(Helper.get_current_pid_tgid);
    expect(calls('BEGIN { @ = pid; }', { ...node, pidNamespace })).toContain(Helper.get_ns_current_pid_tgid);
    expect(calls('BEGIN { @ = tid(curr_ns); }', { ...node, pidNamespace })).toContain(Helper.get_ns_current_pid_tgid);
    expect(calls('BEGIN { print(ustack); }', { ...node, pidNamespace })).toContain(Helper.get_ns_current_pid_tgid);
    const initial = calls('BEGIN { @ = pid(init); }', { ...node, pidNamespace });
    expect(initial).not.toContain(Helper.get_ns_current_pid_tgid);
  });

  test('cpid is known when the program is made, or warns', () => {
    const records = (env: CompileEnv) => compile('BEGIN { @ = cpid; }', env).outputs?.records ?? [];
    expect(records({ ...node, childPid: 5 })).toEqual([]);
    expect(records(node)).toMatchObject([{ kind: 'message', severity: 'warning' }]);
  });
});
