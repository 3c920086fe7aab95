import assert from 'node:assert/strict';
import type { FleetCase } from '../run/fleet-case.ts';

/**
 * The kernel's sample tracex4, which the talk walks through: objects of the slab allocator that are not freed, by when they were
 * allocated. One object for both architectures and all kernels: it finds what it needs of pt_regs by CO-RE, and its probe under the
 * name that 6.10 gave the allocator, for profiling, is optional as is the one under the older name.
 */
export default {
  name: 'ELF object: tracex4, kretprobe on kmem_cache_alloc_node',
  needs: ['btf', 'kprobe'],
  functions: ['kmem_cache_free'],
  object: `
    struct pt_regs___x86 { unsigned long ax, si; } __attribute__((preserve_access_index));
    struct pt_regs___arm { __u64 regs[31]; } __attribute__((preserve_access_index));
    struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 65536); __type(key, __u64); __type(value, __u64); } objects SEC(".maps");
    struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 2); __type(key, __u32); __type(value, __u64); } counts SEC(".maps");

    static __always_inline void count(__u32 which) {
      __u64 *n = bpf_map_lookup_elem(&counts, &which);
      if (n) __sync_fetch_and_add(n, 1);
    }
    static __always_inline int allocation(void *ctx) {
      __u64 now = bpf_ktime_get_ns(), object;
      if (bpf_core_field_exists(((struct pt_regs___x86 *)0)->ax)) object = BPF_CORE_READ((struct pt_regs___x86 *)ctx, ax);
      else object = BPF_CORE_READ((struct pt_regs___arm *)ctx, regs[0]);
      if (object && !bpf_map_update_elem(&objects, &object, &now, BPF_NOEXIST)) count(0);
      return 0;
    }
    SEC("kretprobe/kmem_cache_alloc_node") int allocated(void *ctx) { return allocation(ctx); }
    SEC("kretprobe/kmem_cache_alloc_node_noprof") int allocated_noprof(void *ctx) { return allocation(ctx); }
    SEC("kprobe/kmem_cache_free") int freed(void *ctx) {
      __u64 object;
      if (bpf_core_field_exists(((struct pt_regs___x86 *)0)->si)) object = BPF_CORE_READ((struct pt_regs___x86 *)ctx, si);
      else object = BPF_CORE_READ((struct pt_regs___arm *)ctx, regs[1]);
      if (!bpf_map_delete_elem(&objects, &object)) count(1);
      return 0;
    }
    char LICENSE[] SEC("license") = "GPL";`,
  manifest: `programs:
  allocated: {optional: true}
  allocated_noprof: {optional: true}
`,
  workload: 'opens 200 /etc/passwd; writes 10 4337',
  check: ({ map }) => {
    const [allocations = 0, frees = 0] = [0, 1].map((which) =>
      Number(map('@counts').find(({ key }) => key[0] === which)?.value ?? 0),
    );
    assert.ok(allocations > 0 && frees > 0, `${allocations} allocated, ${frees} freed`);
    assert.equal(map('@objects').length, allocations - frees);
  },
} satisfies FleetCase;
