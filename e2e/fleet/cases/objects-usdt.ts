import assert from 'node:assert/strict';
import type { FleetCase } from '../run/fleet-case.ts';

/**
 * A static probe of the C library, which dash passes once for each of its own commands: two for each `kill -0`, that and the `test` before
 * it. Two shells that differ by a known number of kills differ by twice that. From 6.6 on an agent without CAP_SYS_ADMIN attaches it.
 */
export default {
  name: 'ELF object: usdt',
  needs: [['uprobe', 'uprobe_multi']],
  object: `
    struct pt_regs;
    typedef _Bool bool;
    #include <bpf/bpf_tracing.h>
    // Of machines without cookies alone, and another on each architecture.
    #undef PT_REGS_IP
    #define PT_REGS_IP(x) 0
    #include <bpf/usdt.bpf.h>
    struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 64); __type(key, __u32); __type(value, __u64); } passed SEC(".maps");
    __u64 wrong = 0;
    SEC("usdt/libc.so.6:libc:setjmp") int jump(struct pt_regs *ctx) {
      char comm[16];
      long place = 0, mask = 1;
      __u32 process = bpf_get_current_pid_tgid() >> 32;
      __u64 one = 1, *times;
      bpf_get_current_comm(comm, sizeof(comm));
      if (comm[0] != 'd' || comm[1] != 'a' || comm[2] != 's' || comm[3] != 'h' || comm[4] != 0) return 0;
      if (bpf_usdt_arg(ctx, 0, &place) || bpf_usdt_arg(ctx, 1, &mask) || bpf_usdt_arg_cnt(ctx) != 3 || place == 0 || mask != 0)
        __sync_fetch_and_add(&wrong, 1);
      times = bpf_map_lookup_elem(&passed, &process);
      if (times) __sync_fetch_and_add(times, 1);
      else bpf_map_update_elem(&passed, &process, &one, BPF_ANY);
      return 0;
    }
    char LICENSE[] SEC("license") = "GPL";`,
  workload: 'kills 400; kills 100',
  check: ({ made, map }) => {
    assert.deepEqual(made, [400, 100]);
    const [most = 0, least = 0] = map('@passed')
      .map(({ value }) => Number(value))
      .toSorted((a, b) => b - a);
    assert.equal(most - least, 2 * 300);
    assert.equal(map('@wrong')[0]?.value ?? 0, 0);
  },
} satisfies FleetCase;
