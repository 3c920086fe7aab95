import assert from 'node:assert/strict';
import type { FleetCase } from '../run/fleet-case.ts';

/** A congestion control of TCP, which the kernel has for as long as the session runs. */
export default {
  name: 'ELF object: struct_ops, a congestion control',
  needs: ['struct_ops'],
  object: `
    struct sock;
    struct tcp_congestion_ops {
      unsigned int (*ssthresh)(struct sock *sk); void (*cong_avoid)(struct sock *sk, __u32 ack, __u32 acked);
      unsigned int (*undo_cwnd)(struct sock *sk); void (*init)(struct sock *sk); char name[16];
    };
    __u64 started = 0;
    SEC("struct_ops/fleet_init") void fleet_init(unsigned long long *ctx) { __sync_fetch_and_add(&started, 1); }
    SEC("struct_ops/fleet_ssthresh") unsigned int fleet_ssthresh(unsigned long long *ctx) { return 2; }
    SEC("struct_ops/fleet_avoid") void fleet_avoid(unsigned long long *ctx) { }
    SEC("struct_ops/fleet_undo") unsigned int fleet_undo(unsigned long long *ctx) { return 10; }
    SEC(".struct_ops.link") struct tcp_congestion_ops fleet = {
      .init = (void *)fleet_init, .ssthresh = (void *)fleet_ssthresh, .cong_avoid = (void *)fleet_avoid,
      .undo_cwnd = (void *)fleet_undo, .name = "bpf_fleet",
    };
    char LICENSE[] SEC("license") = "GPL";`,
  manifest: 'changes: [kernel]\n',
  workload: 'grep -o bpf_fleet /proc/sys/net/ipv4/tcp_available_congestion_control | sed "s/.*/made 1/"',
  check: ({ made, map }) => {
    assert.deepEqual(made, [1], 'the kernel does not know it');
    // Nothing was asked to use it.
    assert.equal(Number(map('@started')[0]?.value ?? 0), 0);
  },
} satisfies FleetCase;
