import assert from 'node:assert/strict';
import type { FleetCase } from '../run/fleet-case.ts';

/** One object for every kernel and architecture: sizes of writes in a hash, bytes in an array with a value for each CPU. */
export default {
  name: 'ELF object: maps by tracepoint',
  needs: ['tracepoint'],
  object: `
    struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 64); __type(key, __u64); __type(value, __u64); } sizes SEC(".maps");
    struct { __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY); __uint(max_entries, 1); __type(key, __u32); __type(value, __u64); } bytes SEC(".maps");
    struct enter { __u64 common; __s64 id; __u64 args[6]; };
    SEC("tracepoint/syscalls/sys_enter_write") int enter_write(struct enter *ctx) {
      __u64 size = ctx->args[2], one = 1;
      __u32 zero = 0;
      char comm[16];
      bpf_get_current_comm(comm, sizeof(comm));
      if (comm[0] != 'd' || comm[1] != 'd' || comm[2] != 0 || (size != 4321 && size != 4327)) return 0;
      __u64 *n = bpf_map_lookup_elem(&sizes, &size), *sum = bpf_map_lookup_elem(&bytes, &zero);
      if (n) __sync_fetch_and_add(n, 1); else bpf_map_update_elem(&sizes, &size, &one, BPF_ANY);
      if (sum) *sum += size;
      return 0;
    }
    char LICENSE[] SEC("license") = "GPL";`,
  workload: 'writes 3000 4321; writes 700 4327',
  check: ({ made, map }) => {
    assert.deepEqual(made, [3000, 700]);
    assert.deepEqual(
      map('@sizes')
        .map(({ key, value }) => [...key, value])
        .sort(),
      [
        [4321, 3000],
        [4327, 700],
      ],
    );
    assert.deepEqual(
      map('@bytes').map(({ value }) => value),
      [3000 * 4321 + 700 * 4327],
    );
  },
} satisfies FleetCase;
