import assert from 'node:assert/strict';
import type { FleetCase } from '../run/fleet-case.ts';

/**
 * What BCC's tools are made of: records of a ring buffer and of a perf buffer, whose structure only debugging information has, constants set
 * by the manifest, a histogram of powers of two and a counter in .bss.
 */
export default {
  name: 'ELF object: records, constants and variables',
  needs: ['tracepoint', 'ringbuf'],
  object: `
    struct event { __u64 number; __u32 size; char comm[16]; };
    struct call { __u32 size; __s32 minus; };
    struct hist { __u32 slots[26]; };
    const volatile __u64 targ_size = 0;
    const volatile _Bool targ_records = 0;
    struct hist hists[2] = {};
    __u64 calls = 0;
    static __u64 number;
    struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 1 << 20); } events SEC(".maps");
    struct { __uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY); __uint(key_size, 4); __uint(value_size, 4); } printed SEC(".maps");
    struct enter { __u64 common; __s64 id; __u64 args[6]; };
    SEC("tracepoint/syscalls/sys_enter_write") int enter_write(struct enter *ctx) {
      struct event *event;
      char comm[16];
      bpf_get_current_comm(comm, sizeof(comm));
      if (comm[0] != 'd' || comm[1] != 'd' || comm[2] != 0 || ctx->args[2] != targ_size) return 0;
      __sync_fetch_and_add(&calls, 1);
      __sync_fetch_and_add(&hists[1].slots[12], 1);
      if (!targ_records) return 0;
      event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
      if (!event) return 0;
      event->number = number++;
      event->size = ctx->args[2];
      bpf_get_current_comm(event->comm, sizeof(event->comm));
      bpf_ringbuf_submit(event, 0);
      return 0;
    }
    SEC("tracepoint/syscalls/sys_exit_write") int exit_write(struct enter *ctx) {
      struct call call = { targ_size, -1 };
      char comm[16];
      bpf_get_current_comm(comm, sizeof(comm));
      if (comm[0] != 'd' || comm[1] != 'd' || comm[2] != 0 || (__s64)ctx->args[0] != targ_size) return 0;
      bpf_perf_event_output(ctx, &printed, BPF_F_CURRENT_CPU, &call, sizeof(call));
      return 0;
    }
    char LICENSE[] SEC("license") = "GPL";`,
  manifest: `
license: GPL
kernels: ">=5.8"
parameters:
  targ_size: {default: 4133}
  targ_records: {default: true}
outputs:
  hists: {merge: hist}
  printed: {record: call}
`,
  workload: 'writes 400 4133; writes 100 4134',
  check: ({ made, map, printed }) => {
    assert.deepEqual(made, [400, 100]);
    assert.deepEqual(
      map('@calls').map(({ value }) => value),
      [400],
    );
    const [hist] = map('@hists');
    assert.deepEqual([hist?.key, hist?.buckets], [[1], [{ min: 4096, max: 8191, count: 400 }]]);
    const events = printed.filter((line) => line.startsWith('events '));
    assert.deepEqual(
      events.map((line) => line.trim()),
      Array.from({ length: 400 }, (_, index) => `events number=${index} size=4133 comm=dd`),
    );
    const calls = printed.filter((line) => line.startsWith('printed '));
    assert.deepEqual([calls.length, new Set(calls).size, calls[0]?.trim()], [400, 1, 'printed size=4133 minus=-1']);
  },
} satisfies FleetCase;
