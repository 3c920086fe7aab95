import { expect, test } from 'vitest';
import { type Capability, effectiveSet, heldCapabilities } from './capabilities.ts';
import { hasOwnCapabilities, lackOf, lackText } from './lacking.ts';

const least: Capability[] = [
  ...(['CAP_BPF', 'CAP_PERFMON', 'CAP_DAC_READ_SEARCH', 'CAP_SYS_PTRACE', 'CAP_SYSLOG', 'CAP_NET_ADMIN'] as const),
];
const without = (...names: Capability[]) => new Set(least.filter((each) => !names.includes(each)));

test.each([
  [
    '000001ffffffffff',
    ['CAP_DAC_READ_SEARCH', 'CAP_NET_ADMIN', 'CAP_SYS_PTRACE', 'CAP_SYS_ADMIN', 'CAP_SYSLOG', 'CAP_PERFMON', 'CAP_BPF'],
  ],
  ['000000c400080004', ['CAP_DAC_READ_SEARCH', 'CAP_SYS_PTRACE', 'CAP_SYSLOG', 'CAP_PERFMON', 'CAP_BPF']],
  ['0', []],
])('%s', (set, names) => {
  expect([...heldCapabilities(effectiveSet(`Name:\tx\nCapEff:\t${set}\nCapBnd:\t1\n`))]).toEqual(names);
});

test('of this process', () => {
  expect(effectiveSet()).toMatch(/^[0-9a-f]{16}$/);
});

test.each([
  ['5.7.19', false],
  ['5.8.0-rc1', true],
  ['4.19.0', false],
  ['6.1.0-40-cloud-arm64', true],
])('%s', (release, own) => {
  expect(hasOwnCapabilities(release)).toBe(own);
});

test.each([
  ['all, and the kernel counts always', without(), '6.1.0', ['run_stats', 'perf_event', 'uprobe'], ''],
  [
    'all',
    without(),
    '6.1.0',
    ['perf_event'],
    'CAP_SYS_ADMIN: limits of CPU overhead, and its measurement, USDT, uprobes of objects, and before kernel 6.6 those of scripts',
  ],
  [
    'what only looks needs not',
    without('CAP_NET_ADMIN'),
    '6.1.0',
    ['run_stats', 'perf_event', 'uprobe'],
    'CAP_NET_ADMIN: programs of network interfaces, sockets and control groups',
  ],
  [
    'none for symbols',
    without('CAP_SYSLOG', 'CAP_SYS_PTRACE'),
    '6.1.0',
    ['run_stats', 'perf_event', 'uprobe'],
    "CAP_SYS_PTRACE: symbols of other users' processes, and what is in containers; CAP_SYSLOG: names of kernel functions in stacks and of kprobes",
  ],
  ['what an old kernel does not know', without(), '5.4.0', [], 'CAP_SYS_ADMIN: everything, on a kernel before 5.8'],
  ['the one that an old kernel knows', new Set<Capability>(['CAP_SYS_ADMIN']), '5.4.0', [], ''],
])('%s', (_, held, release, features, text) => {
  expect(lackText(lackOf(held, release, features))).toBe(text);
});
