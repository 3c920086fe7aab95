import assert from 'node:assert/strict';
import type { FleetCase } from '../run/fleet-case.ts';

/**
 * A function of the C library, named by the library alone, which dash calls once for each `kill -0`. Most kernels give uprobes only to
 * CAP_SYS_ADMIN; from 6.6 on an agent without it attaches them all the same.
 */
export default {
  name: 'ELF object: uprobe, uretprobe',
  needs: [['uprobe', 'uprobe_multi']],
  object: `
    struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 64); __type(key, __u64); __type(value, __u64); } inside SEC(".maps");
    __u64 entered = 0, returned = 0;
    static __always_inline int isDash(void) {
      char comm[16];
      bpf_get_current_comm(comm, sizeof(comm));
      return comm[0] == 'd' && comm[1] == 'a' && comm[2] == 's' && comm[3] == 'h' && comm[4] == 0;
    }
    SEC("uprobe/libc.so.6:kill") int enter(void *ctx) {
      __u64 thread = bpf_get_current_pid_tgid(), one = 1;
      if (!isDash()) return 0;
      bpf_map_update_elem(&inside, &thread, &one, BPF_ANY);
      __sync_fetch_and_add(&entered, 1);
      return 0;
    }
    SEC("uretprobe") int leave(void *ctx) {
      __u64 thread = bpf_get_current_pid_tgid();
      if (!bpf_map_lookup_elem(&inside, &thread)) return 0;
      bpf_map_delete_elem(&inside, &thread);
      __sync_fetch_and_add(&returned, 1);
      return 0;
    }
    char LICENSE[] SEC("license") = "GPL";`,
  manifest: `
outputs:
  inside: {show: false}
programs:
  leave: {attach: "uretprobe/libc.so.6:kill"}
`,
  workload: 'kills 500',
  check: ({ made, map }) => {
    assert.deepEqual(made, [500]);
    assert.deepEqual(
      ['@entered', '@returned'].map((name) => map(name).map(({ value }) => value)),
      [[500], [500]],
    );
  },
} satisfies FleetCase;
