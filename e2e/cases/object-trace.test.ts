import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ended, map, startSession } from './session.ts';
import { threeAgents } from './three-agents.ts';

const SOURCE = (pid: number) => `
  #include <linux/bpf.h>
  #include <bpf/bpf_helpers.h>
  struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 8); __type(key, __u32); __type(value, __u64); } calls SEC(".maps");
  SEC("tracepoint/syscalls/sys_enter_getppid") int enter(void *ctx) {
    __u32 pid = bpf_get_current_pid_tgid() >> 32;
    __u64 one = 1, *n = bpf_map_lookup_elem(&calls, &pid);
    if (pid != ${pid}) return 0;
    if (n) __sync_fetch_and_add(n, 1); else bpf_map_update_elem(&calls, &pid, &one, BPF_ANY);
    return 0;
  }
  char LICENSE[] SEC("license") = "GPL";`;

describe('three agents, one ELF object', () => {
  const fleet = threeAgents({ alpha: {}, beta: {}, gamma: {} });

  it('counts exactly what the workload did, and the merge is the sum', async (context) => {
    if (spawnSync('clang', ['--version']).status !== 0) context.skip('clang is not installed');
    if (!existsSync('/usr/include/bpf/bpf_helpers.h')) context.skip("libbpf's headers are not installed (libbpf-dev)");
    const { lab, workload } = fleet;
    const [from, object] = [join(lab.dir, 'x.bpf.c'), join(lab.dir, 'x.bpf.o')];
    writeFileSync(from, SOURCE(workload.pid));
    const includes = `-I/usr/include/${process.arch === 'x64' ? 'x86_64' : 'aarch64'}-linux-gnu`;
    const built = spawnSync('clang', ['-O2', '-g', '-target', 'bpf', includes, '-c', from, '-o', object]);
    expect(built.stderr.toString()).toBe('');

    const before = await workload.calls(0);
    const id = await startSession(lab, object, 5);
    const made = (await workload.calls(100_000)) - before;
    const merged = await ended(lab, id);
    expect(merged.session).toMatchObject({ state: 'complete', program: { kind: 'object' } });
    expect(merged.answer).toMatchObject({ targets: 3, complete: 3 });
    expect(map(merged, '@calls').entries).toEqual([{ key: [workload.pid], value: made * 3, nodes: 3 }]);
  });
});
