import assert from 'node:assert/strict';
import type { FleetCase } from '../run/fleet-case.ts';

/** One function traced twice, by fentry and by kprobe: the one that the kernel has best runs, and counts once. */
export default {
  name: 'ELF object: fentry or kprobe, and what is optional',
  needs: ['tracepoint', 'kprobe'],
  functions: ['vfs_write'],
  object: `
    struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 64); __type(key, __u64); __type(value, __u64); } inside SEC(".maps");
    __u64 calls = 0;
    struct enter { __u64 common; __s64 id; __u64 args[6]; };
    SEC("tracepoint/syscalls/sys_enter_write") int enter_write(struct enter *ctx) {
      __u64 thread = bpf_get_current_pid_tgid(), one = 1;
      char comm[16];
      bpf_get_current_comm(comm, sizeof(comm));
      if (comm[0] == 'd' && comm[1] == 'd' && comm[2] == 0 && ctx->args[2] == 4111)
        bpf_map_update_elem(&inside, &thread, &one, BPF_ANY);
      return 0;
    }
    static __always_inline int count(void) {
      __u64 thread = bpf_get_current_pid_tgid();
      if (!bpf_map_lookup_elem(&inside, &thread)) return 0;
      bpf_map_delete_elem(&inside, &thread);
      __sync_fetch_and_add(&calls, 1);
      return 0;
    }
    SEC("fentry/vfs_write") int typed(void *ctx) { return count(); }
    SEC("kprobe/vfs_write") int plain(void *ctx) { return count(); }
    SEC("kprobe/no_such_function_anywhere") int optional(void *ctx) { return 0; }
    char LICENSE[] SEC("license") = "GPL";`,
  manifest: `
outputs:
  inside: {show: false}
programs:
  optional: {optional: true}
`,
  workload: 'writes 600 4111',
  check: ({ made, map }) => {
    assert.deepEqual(made, [600]);
    assert.deepEqual(
      map('@calls').map(({ value }) => value),
      [600],
    );
    assert.deepEqual(map('@inside'), []);
  },
} satisfies FleetCase;
