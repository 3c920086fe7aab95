import type { ManifestProgram } from '@bpfleet/bpf';
import { describe, expect, test } from 'vitest';
import { deniedUse } from './denied-use.ts';
import { sectionNames } from './section-names.ts';

describe('what a policy may call a program of an object', () => {
  test.each<[string, ManifestProgram, string[]]>([
    ['.text', {}, []],
    ['fentry/vfs_read', {}, ['fentry:vfs_read', 'fentry:vmlinux:vfs_read']],
    ['?fexit.s/vfs_read', {}, ['fexit:vfs_read', 'fexit:vmlinux:vfs_read']],
    ['tp/sched/sched_switch', {}, ['tracepoint:sched:sched_switch', 'tracepoint:vmlinux:sched:sched_switch']],
    ['uprobe//bin/bash:readline', {}, ['uprobe:/bin/bash:readline']],
    ['ksyscall/openat', {}, expect.arrayContaining(['kprobe:*sys_openat', 'tracepoint:syscalls:sys_enter_openat'])],
    ['kprobe', {}, ['kprobe:*']],
    ['kprobe', { attach: 'kprobe/f' }, []],
    ['xdp', { interfaces: ['eth0', 'eth1'] }, ['xdp:eth0', 'xdp:eth1']],
    ['xdp.frags', {}, ['xdp:*']],
    ['tc', { interfaces: ['eth0'] }, ['tc:eth0:ingress', 'tcx:eth0:ingress']],
    ['tcx/egress', { interfaces: ['eth0'] }, ['tc:eth0:egress', 'tcx:eth0:egress']],
    ['classifier', { interfaces: [], direction: 'egress' }, ['tc:*:egress', 'tcx:*:egress']],
    ['cgroup/connect4', { cgroup: '/a/b' }, ['cgroup:connect4:/a/b']],
    ['cgroup_skb/egress', {}, ['cgroup_skb:egress:*']],
    ['sockops', { cgroup: '/a' }, ['sockops:/a']],
    ['sk_lookup', {}, ['sk_lookup:netns']],
    ['sk_skb/stream_verdict', { map: 'socks' }, ['sk_skb:stream_verdict:socks']],
    ['sk_msg', {}, ['sk_msg:*']],
    ['socket', { interfaces: ['lo'] }, ['socket:lo']],
    ['perf_event', {}, ['perf_event:cpu-clock', 'profile:hz:99']],
    ['perf_event', { event: 'cache-misses' }, expect.arrayContaining(['hardware:cache-misses'])],
    ['struct_ops/cubic_init', {}, expect.arrayContaining(['struct_ops:cubic_init'])],
    ['lsm_cgroup/file_open', { cgroup: '/a' }, ['lsm_cgroup:file_open:/a', 'lsm:file_open', 'lsm:vmlinux:file_open']],
    ['lsm.s/file_open', {}, expect.arrayContaining(['lsm:file_open'])],
  ])('%s with %j', (section, settings, names) => {
    expect(sectionNames(section, settings)).toEqual(names);
  });

  test.each<[string, ManifestProgram, string, boolean]>([
    ['xdp', { interfaces: ['eth0'] }, 'xdp:*', true],
    ['xdp', { interfaces: ['eth0'] }, 'xdp:eth1', false],
    ['xdp', {}, 'xdp:eth1', true],
    ['tcx/ingress', { interfaces: ['eth0'] }, 'tc:*', true],
    ['tc', { interfaces: ['eth0'] }, 'tc:*:egress', false],
    ['perf_event', {}, 'profile:*', true],
    ['sockops', { cgroup: '/a' }, 'sockops*', true],
  ])('%s with %j, where %s is forbidden', (section, settings, pattern, refused) => {
    const uses = { probes: sectionNames(section, settings), functions: [] };
    expect(deniedUse(uses, { probes: [pattern], functions: [] }) !== null).toBe(refused);
  });
});
