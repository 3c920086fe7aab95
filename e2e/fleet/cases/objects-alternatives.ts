import assert from 'node:assert/strict';
import type { FleetCase } from '../run/fleet-case.ts';

/**
 * How objects for many kernels are written, BCC's tools among them: programs for functions of several kernels, of which one setting of the
 * manifest has all be optional, a section that names no place of its own, a map whose size is left to the loader, summaries in a hash of
 * structures, and records that only debugging information describes.
 */
export default {
  name: 'ELF object: alternatives for kernels, and what is left to its loader',
  needs: ['tracepoint', 'kprobe'],
  functions: ['vfs_write'],
  object: `
    struct sent { __u64 bytes; char comm[16]; __s32 turn; };
    struct summary { __u64 calls; __u32 slots[20]; __u64 min, max_bytes; char comm[16]; };
    const volatile __u64 targ_bytes = 0;
    struct { __uint(type, BPF_MAP_TYPE_HASH); __type(key, __u64); __type(value, __u64); } start SEC(".maps");
    struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 16); __type(key, __u32); __type(value, struct summary); } sizes SEC(".maps");
    struct { __uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY); __uint(key_size, 4); __uint(value_size, 4); } events SEC(".maps");
    struct enter { __u64 common; __s64 id; __u64 args[6]; };
    static struct summary none;
    static __s32 turn;
    SEC("tracepoint/syscalls/sys_enter_write") int enter_write(struct enter *ctx) {
      __u64 thread = bpf_get_current_pid_tgid(), bytes = ctx->args[2];
      char comm[16];
      bpf_get_current_comm(comm, sizeof(comm));
      if (comm[0] == 'd' && comm[1] == 'd' && comm[2] == 0 && bytes == targ_bytes)
        bpf_map_update_elem(&start, &thread, &bytes, BPF_ANY);
      return 0;
    }
    static __always_inline int done(void *ctx) {
      __u64 thread = bpf_get_current_pid_tgid(), *bytes = bpf_map_lookup_elem(&start, &thread);
      __u32 key = 7;
      struct sent sent = {};
      struct summary *all;
      if (!bytes) return 0;
      bpf_map_update_elem(&sizes, &key, &none, BPF_NOEXIST);
      all = bpf_map_lookup_elem(&sizes, &key);
      if (!all) return 0;
      __sync_fetch_and_add(&all->calls, 1);
      __sync_fetch_and_add(&all->slots[12], 1);
      all->min = *bytes; all->max_bytes = *bytes;
      bpf_get_current_comm(all->comm, sizeof(all->comm));
      sent.bytes = *bytes; sent.turn = turn--;
      bpf_get_current_comm(sent.comm, sizeof(sent.comm));
      bpf_map_delete_elem(&start, &thread);
      bpf_perf_event_output(ctx, &events, BPF_F_CURRENT_CPU, &sent, sizeof(sent));
      return 0;
    }
    SEC("kprobe/vfs_write_of_an_older_kernel") int older(void *ctx) { return done(ctx); }
    SEC("fentry/vfs_write_of_a_newer_kernel") int newer(void *ctx) { return done(ctx); }
    SEC("tracepoint/vfs/of_another_kernel") int another(void *ctx) { return done(ctx); }
    SEC("kprobe/dummy") int chosen(void *ctx) { return done(ctx); }
    char LICENSE[] SEC("license") = "GPL";`,
  manifest: `
parameters:
  targ_bytes: {default: 4159}
outputs:
  start: {show: false}
  events: {record: sent}
maps:
  start: {entries: 64}
programs:
  "*": {optional: true}
  chosen: {attach: kprobe/vfs_write, optional: false}
`,
  workload: 'writes 300 4159; writes 50 4160',
  check: ({ made, map, printed }) => {
    assert.deepEqual(made, [300, 50]);
    const [calls, least, most, comm] = ['calls', 'min', 'max_bytes', 'comm'].map((name) => map(`@sizes.${name}`)[0]);
    assert.deepEqual([calls?.key, calls?.value], [[7], 300]);
    assert.deepEqual([least?.value, most?.value, comm?.value], [4159, 4159, 'dd']);
    assert.deepEqual(map('@sizes')[0]?.buckets, [{ min: 4096, max: 8191, count: 300 }]);
    const records = printed.filter((line) => line.startsWith('events ')).map((line) => line.trim());
    assert.deepEqual(
      records.toSorted(),
      Array.from({ length: 300 }, (_, index) => `events bytes=4159 comm=dd turn=${-index}`).toSorted(),
    );
  },
} satisfies FleetCase;
