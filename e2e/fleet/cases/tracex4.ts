import assert from 'node:assert/strict';
import type { FleetCase } from '../run/fleet-case.ts';

/**
 * The kernel's sample tracex4, which the talk walks through: objects of the slab allocator that are not freed, by when they were
 * allocated. One object for both architectures: it finds what it needs of pt_regs by CO-RE.
 */
const objectsByAge = (allocate: string): FleetCase => ({
  name: `ELF object: tracex4, kretprobe on ${allocate}`,
  needs: ['btf', 'kprobe'],
  functions: [allocate, 'kmem_cache_free'],
  object: `
    struct pt_regs___x86 { unsigned long ax, si; } __attribute__((preserve_access_index));
    struct pt_regs___arm { __u64 regs[31]; } __attribute__((preserve_access_index));
    struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 65536); __type(key, __u64); __type(value, __u64); } objects SEC(".maps");
    struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 2); __type(key, __u32); __type(value, __u64); } counts SEC(".maps");

    static __always_inline void count(__u32 which) {
      __u64 *n = bpf_map_lookup_elem(&counts, &which);
      if (n) __sync_fetch_and_add(n, 1);
    }
    SEC("kretprobe/${allocate}") int allocated(void *ctx) {
      __u64 now = bpf_ktime_get_ns(), object;
      if (bpf_core_field_exists(((struct pt_regs___x86 *)0)->ax)) object = BPF_CORE_READ((struct pt_regs___x86 *)ctx, ax);
      else object = BPF_CORE_READ((struct pt_regs___arm *)ctx, regs[0]);
      if (object && !bpf_map_update_elem(&objects, &object, &now, BPF_NOEXIST)) count(0);
      return 0;
    }
    SEC("kprobe/kmem_cache_free") int freed(void *ctx) {
      __u64 object;
      if (bpf_core_field_exists(((struct pt_regs___x86 *)0)->si)) object = BPF_CORE_READ((struct pt_regs___x86 *)ctx, si);
      else object = BPF_CORE_READ((struct pt_regs___arm *)ctx, regs[1]);
      if (!bpf_map_delete_elem(&objects, &object)) count(1);
      return 0;
    }
    char LICENSE[] SEC("license") = "GPL";`,
  workload: 'opens 200 /etc/passwd; writes 10 4337',
  check: ({ map }) => {
    const [allocations = 0, frees = 0] = [0, 1].map((which) =>
      Number(map('@counts').find(({ key }) => key[0] === which)?.value ?? 0),
    );
    assert.ok(allocations > 0 && frees > 0, `${allocations} allocated, ${frees} freed`);
    assert.equal(map('@objects').length, allocations - frees);
  },
});

// 6.10 gave allocators another name, for profiling.
export default [objectsByAge('kmem_cache_alloc_node'), objectsByAge('kmem_cache_alloc_node_noprof')];
