import assert from 'node:assert/strict';
import type { FleetCase } from '../run/fleet-case.ts';

/**
 * sockops of a control group sees who connects, and puts connections into a map of sockets, to which sk_msg is attached; cgroup_skb of
 * the same group sees the packets.
 */
export default {
  name: 'ELF object: sockops, sk_msg, cgroup_skb',
  capabilities: ['net_admin', 'net_raw'],
  object: `
    struct { __uint(type, BPF_MAP_TYPE_SOCKHASH); __uint(max_entries, 64); __type(key, __u64); __type(value, __u64); } socks SEC(".maps");
    __u64 asked = 0;
    __u64 packets = 0;
    SEC("sockops") int add(struct bpf_sock_ops *ops) {
      __u64 key = ((__u64)ops->local_port << 32) | ops->remote_port;
      __u32 port = __builtin_bswap32(ops->remote_port);
      if (ops->op == BPF_SOCK_OPS_TCP_CONNECT_CB && port == 4817) __sync_fetch_and_add(&asked, 1);
      if (ops->op == BPF_SOCK_OPS_ACTIVE_ESTABLISHED_CB && port == 4817) bpf_sock_hash_update(ops, &socks, &key, BPF_ANY);
      return 0;
    }
    SEC("sk_msg") int sent(struct sk_msg_md *msg) { return SK_PASS; }
    SEC("cgroup_skb/egress") int leaves(struct __sk_buff *skb) {
      __u8 protocol = 0, flags = 0; __u16 port = 0;
      bpf_skb_load_bytes(skb, 9, &protocol, 1);
      bpf_skb_load_bytes(skb, 20 + 2, &port, 2);
      bpf_skb_load_bytes(skb, 20 + 13, &flags, 1);
      if (protocol == 6 && port == __builtin_bswap16(4817) && (flags & 0x12) == 0x02) __sync_fetch_and_add(&packets, 1);
      return 1;
    }
    char LICENSE[] SEC("license") = "GPL";`,
  manifest: `
changes: [network]
programs:
  add: {cgroup: /}
  sent: {map: socks}
  leaves: {cgroup: /}
`,
  workload: 'connects 40 4817',
  check: ({ made, map }) => {
    assert.deepEqual(made, [40]);
    assert.deepEqual(
      ['@asked', '@packets'].map((name) => map(name)[0]?.value),
      [40, 40],
    );
  },
} satisfies FleetCase;
