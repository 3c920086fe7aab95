import assert from 'node:assert/strict';
import type { FleetCase } from '../run/fleet-case.ts';

/**
 * Static probes of Debian's Python, which it passes only where somebody has raised their counters: which generation it
 * collects, in memory on both architectures, and how much that was. From 6.6 on an agent without CAP_SYS_ADMIN attaches them.
 */
export default {
  name: 'ELF object: usdt',
  needs: [['uprobe', 'uprobe_multi']],
  files: ['/usr/bin/python3.11'],
  object: `
    struct pt_regs;
    typedef _Bool bool;
    #include <bpf/bpf_tracing.h>
    // Of machines without cookies alone, and another on each architecture.
    #undef PT_REGS_IP
    #define PT_REGS_IP(x) 0
    #include <bpf/usdt.bpf.h>
    struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 64); __type(key, __s64); __type(value, __u64); } collections SEC(".maps");
    __u64 seventeen = 0;
    SEC("usdt//usr/bin/python3.11:python:gc__start") int collect(struct pt_regs *ctx) {
      long generation = -1;
      __u64 one = 1, *times;
      bpf_usdt_arg(ctx, 0, &generation);
      times = bpf_map_lookup_elem(&collections, &generation);
      if (times) __sync_fetch_and_add(times, 1);
      else bpf_map_update_elem(&collections, &generation, &one, BPF_ANY);
      return 0;
    }
    SEC("usdt") int collected(struct pt_regs *ctx) {
      long found = 0;
      if (!bpf_usdt_arg(ctx, 0, &found) && bpf_usdt_arg_cnt(ctx) == 1 && found == 17) __sync_fetch_and_add(&seventeen, 1);
      return 0;
    }
    char LICENSE[] SEC("license") = "GPL";`,
  manifest: `
programs:
  collected: {attach: "usdt//usr/bin/python3.11:python:gc__done"}
`,
  // A list of itself and of sixteen that have it in them.
  workload:
    '/usr/bin/python3.11 -I -S -c \'import gc; gc.disable(); lost = lambda all: all.extend([[all] for _ in range(16)] + [all]); [(lost([]), gc.collect(1)) for _ in range(300)]; print("made 300")\'',
  check: ({ made, map }) => {
    assert.deepEqual(made, [300]);
    assert.equal(map('@collections').find(({ key }) => key[0] === 1)?.value, 300);
    assert.equal(map('@seventeen')[0]?.value, 300);
  },
} satisfies FleetCase;
