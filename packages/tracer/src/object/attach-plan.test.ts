import type { ObjectManifest } from '@bpfleet/bpf';
import { describe, expect, test } from 'vitest';
import { planProgram } from './attach-plan.ts';

const plan = (
  section: string,
  p: NonNullable<ObjectManifest['programs']>[string] = {},
  changes: ObjectManifest['changes'] = [],
) => planProgram({ name: 'p', section }, { programs: { p }, changes });

describe('where a program is attached', () => {
  test.each([
    ...['tracepoint/syscalls/sys_enter_openat', 'tp/sched/sched_switch', 'raw_tp/sys_enter', 'tp_btf/sched_switch'],
    ...['kprobe/vfs_read', 'kprobe.multi/vfs_*', 'ksyscall/openat', 'fentry/vfs_read', 'fexit.s/vfs_read'],
    ...['uprobe//bin/bash:readline', 'uretprobe/libc.so.6:malloc', 'usdt/libc.so.6:libc:setjmp'],
  ])('%s says it', (section) => {
    expect(plan(section)).toEqual({ plan: { how: 'libbpf', target: { kind: 'section' } }, change: null });
  });

  test.each<[string, NonNullable<ObjectManifest['programs']>[string], object]>([
    ['perf_event', {}, { how: 'perf_event', event: { kind: 'cpu-clock', frequency: 99 } }],
    [
      'perf_event',
      { event: 'cache-misses', frequency: 9 },
      { how: 'perf_event', event: { kind: 'counter', counter: 'hardware', config: 3, frequency: 9 } },
    ],
    ['iter/task', {}, { how: 'iterator' }],
    ['iter/bpf_map_elem', { map: 'm' }, { how: 'iterator', map: 'm' }],
    ['socket', { interfaces: ['lo'] }, { how: 'socket_filter', interfaces: ['lo'] }],
    ['kprobe', { attach: 'kprobe/vfs_read' }, { target: { kind: 'kprobe', function: 'vfs_read', return: false } }],
    ['kprobe/dummy', { attach: 'kretprobe/f' }, { target: { kind: 'kprobe', function: 'f', return: true } }],
    [
      'uretprobe/readline',
      { attach: 'uretprobe//bin/bash:readline' },
      { target: { kind: 'uprobe', path: '/bin/bash', function: 'readline', return: true } },
    ],
    ['usdt', { attach: 'usdt//x:y:z' }, { target: { kind: 'usdt', path: '/x', provider: 'y', name: 'z' } }],
    ['fentry/dummy', { attach: 'fentry/vfs_read' }, { how: 'retargeted', function: 'vfs_read' }],
    ['tp', { attach: 'tracepoint/a/b' }, { target: { kind: 'tracepoint', category: 'a', event: 'b' } }],
  ])('%s with %j', (section, settings, expected) => {
    expect(plan(section, settings)).toMatchObject({ plan: expected, change: null });
  });

  test.each<[string, NonNullable<ObjectManifest['programs']>[string], 'network' | 'security' | 'kernel', object]>([
    ['lsm/file_open', {}, 'security', { target: { kind: 'section' } }],
    ['lsm_cgroup/socket_bind', { cgroup: '/a' }, 'security', { how: 'cgroup', path: '/a' }],
    ['fmod_ret/f', {}, 'kernel', { target: { kind: 'section' } }],
    ['xdp', { interfaces: ['lo'] }, 'network', { how: 'xdp', interfaces: ['lo'] }],
    ['tc', { interfaces: ['lo'] }, 'network', { how: 'tcx', direction: 'ingress' }],
    ['tcx/egress', { interfaces: ['lo'] }, 'network', { how: 'tcx', direction: 'egress' }],
    ['cgroup/connect4', { cgroup: 'a/b' }, 'network', { how: 'cgroup', path: 'a/b' }],
    ['sockops', { cgroup: '/mnt/c' }, 'network', { how: 'cgroup', path: '/mnt/c' }],
    ['sk_msg', { map: 'm' }, 'network', { how: 'sockets', hook: 'sk_msg', map: 'm' }],
    ['sk_skb/stream_verdict', { map: 'm' }, 'network', { how: 'sockets', hook: 'sk_skb/stream_verdict', map: 'm' }],
    ['struct_ops/init', {}, 'kernel', { how: 'struct_ops' }],
    ['sk_lookup', {}, 'network', { target: { kind: 'netns' } }],
  ])('%s only where %j, and it is allowed', (section, settings, change, expected) => {
    expect(plan(section, settings, [change])).toMatchObject({ plan: expected, change });
    expect(() => plan(section, settings)).toThrow(`only a manifest may allow it, by changes: [${change}]`);
  });

  test.each<[string, NonNullable<ObjectManifest['programs']>[string], RegExp]>([
    ['kprobe', {}, /does not say where it is attached: say it in a manifest, programs: {p: {attach: kprobe/],
    ['uretprobe/readline', {}, /programs: {p: {attach: uretprobe\/\/PATH\/OF\/FILE:readline}}, or/],
    ['usdt', {}, /attach: usdt\/\/PATH\/OF\/FILE:PROVIDER:NAME/],
    ['tp', {}, /attach: tp\/CATEGORY\/NAME/],
    ['tp_btf', {}, /attach: tp_btf\/NAME/],
    ['iter/bpf_map_elem', {}, /programs: {p: {map: NAME}}/],
    ['xdp', {}, /programs: {p: {interfaces: \[NAME\]}}/],
    ['cgroup_skb/egress', {}, /programs: {p: {cgroup: FOLDER}}/],
    ['kprobe/f', { attach: 'fentry/f' }, /of kprobe cannot be attached to fentry\/f/],
    ['fentry/f', { attach: 'fexit/f' }, /of fentry cannot be attached to fexit\/f/],
    ['kprobe/f', { attach: 'uprobe/f' }, /cannot be attached to uprobe\/f/],
    ['socket', {}, /programs: {p: {interfaces: \[NAME\]}}/],
    ['sk_skb/stream_parser', {}, /programs: {p: {map: NAME}}/],
    ['sk_reuseport', {}, /would stay with sockets of others/],
    ['netfilter', {}, /of others/],
    ['xdp/devmap', {}, /only xdp, tc/],
    ['freplace/f', {}, /function of another program/],
    ['lsm_cgroup/socket_bind', {}, /programs: {p: {cgroup: FOLDER}}/],
    ['lsm_cgroup', { cgroup: '/a' }, /sections are as in/],
    ['.text', {}, /sections are as in/],
  ])('%s with %j: refused', (section, settings, message) => {
    expect(() => plan(section, settings, ['network', 'kernel', 'security'])).toThrow(message);
  });
});
