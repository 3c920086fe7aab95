import assert from 'node:assert/strict';
import type { FleetCase } from '../run/fleet-case.ts';

/** Connections that are asked for on the loopback interface, by a filter of a packet socket that the agent has opened for it. */
export default {
  name: 'ELF object: a socket filter',
  capabilities: ['net_admin', 'net_raw'],
  ownNetwork: true,
  object: `
    struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 64); __type(key, __u32); __type(value, __u64); } ports SEC(".maps");
    SEC("socket") int look(struct __sk_buff *skb) {
      __u8 protocol = 0, flags = 0; __u16 port = 0; __u32 key; __u64 one = 1, *n;
      bpf_skb_load_bytes(skb, 14 + 9, &protocol, 1);
      bpf_skb_load_bytes(skb, 14 + 20 + 2, &port, 2);
      bpf_skb_load_bytes(skb, 14 + 20 + 13, &flags, 1);
      key = __builtin_bswap16(port);
      // SYN without ACK, and not as it leaves (PACKET_OUTGOING): it comes by a second time.
      if (protocol != 6 || key != 4807 || (flags & 0x12) != 0x02 || skb->pkt_type == 4) return 0;
      n = bpf_map_lookup_elem(&ports, &key);
      if (n) __sync_fetch_and_add(n, 1); else bpf_map_update_elem(&ports, &key, &one, BPF_ANY);
      return 0;
    }
    char LICENSE[] SEC("license") = "GPL";`,
  manifest: 'programs: {look: {interfaces: [lo]}}\n',
  workload: 'connects 30 4807',
  check: ({ made, map }) => {
    assert.deepEqual(made, [30]);
    assert.deepEqual(
      map('@ports').map(({ key, value }) => [...key, value]),
      [[4807, 30]],
    );
  },
} satisfies FleetCase;
