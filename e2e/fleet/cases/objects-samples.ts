import assert from 'node:assert/strict';
import type { FleetCase } from '../run/fleet-case.ts';

/** A clock on every CPU, as often as the manifest says, and the kernel's stacks by their symbols. */
export default {
  name: 'ELF object: samples with stacks',
  needs: ['perf_event'],
  object: `
    struct key { __u32 tgid; int kern_stack_id; };
    struct { __uint(type, BPF_MAP_TYPE_STACK_TRACE); __uint(key_size, 4); __uint(value_size, 127 * 8); __uint(max_entries, 4096); } stacks SEC(".maps");
    struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 4096); __type(key, struct key); __type(value, __u64); } counts SEC(".maps");
    __u64 samples = 0;
    SEC("perf_event") int sample(void *ctx) {
      struct key key = { bpf_get_current_pid_tgid() >> 32 };
      __u64 one = 1, *n;
      __sync_fetch_and_add(&samples, 1);
      key.kern_stack_id = bpf_get_stackid(ctx, &stacks, 0);
      n = bpf_map_lookup_elem(&counts, &key);
      if (n) __sync_fetch_and_add(n, 1); else bpf_map_update_elem(&counts, &key, &one, BPF_ANY);
      return 0;
    }
    char LICENSE[] SEC("license") = "GPL";`,
  manifest: 'programs: {sample: {frequency: 49}}\n',
  workload: 'writes 20000 4133',
  check: ({ made, map }) => {
    assert.deepEqual(made, [20_000]);
    assert.ok(Number(map('@samples')[0]?.value) > 0, 'no sample');
    const symbols = JSON.stringify(map('@counts').map(({ key }) => key[1]));
    assert.match(symbols, /"symbol":"[a-z_]+/);
  },
} satisfies FleetCase;
