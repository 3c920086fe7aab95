import assert from 'node:assert/strict';
import type { FleetCase } from '../run/fleet-case.ts';

/**
 * The two members lie elsewhere in every kernel: libbpf finds them by name in the node's BTF (CO-RE). Only where both are
 * found right are they what the helpers say. A structure that no kernel has is absent, which also an agent without root can find out.
 */
export default {
  name: "ELF object: the kernel's structures by CO-RE",
  needs: ['btf', 'raw_tracepoint'],
  object: `
    struct task_struct { int tgid; struct task_struct *group_leader; } __attribute__((preserve_access_index));
    struct of_another_kernel { int there; } __attribute__((preserve_access_index));
    struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 2); __type(key, __u32); __type(value, __u64); } found SEC(".maps");
    struct enter { __u64 common; __s64 id; __u64 args[6]; };
    SEC("tracepoint/syscalls/sys_enter_write") int enter_write(struct enter *ctx) {
      struct task_struct *task = (void *)bpf_get_current_task();
      __u32 pid = bpf_get_current_pid_tgid() >> 32;
      char comm[16];
      bpf_get_current_comm(comm, sizeof(comm));
      if (comm[0] != 'd' || comm[1] != 'd' || comm[2] != 0 || ctx->args[2] != 4337) return 0;
      __u32 wrong = BPF_CORE_READ(task, tgid) != pid || BPF_CORE_READ(task, group_leader, tgid) != pid ||
        bpf_core_field_exists(((struct of_another_kernel *)0)->there);
      __u64 *n = bpf_map_lookup_elem(&found, &wrong);
      if (n) __sync_fetch_and_add(n, 1);
      return 0;
    }
    char LICENSE[] SEC("license") = "GPL";`,
  workload: 'writes 400 4337',
  check: ({ made, map }) => {
    assert.deepEqual(made, [400]);
    assert.deepEqual(
      map('@found').map(({ key, value }) => [...key, value]),
      [[0, 400]],
    );
  },
} satisfies FleetCase;
