import { helperName } from '@bpfleet/bpf';
import { getLibbpf } from '../ffi/libbpf.ts';

/** `enum bpf_prog_type` (linux/bpf.h), from 1 on, in lower case. */
const programTypes = `
  socket_filter kprobe sched_cls sched_act tracepoint xdp perf_event cgroup_skb cgroup_sock lwt_in lwt_out lwt_xmit
  sock_ops sk_skb cgroup_device sk_msg raw_tracepoint cgroup_sock_addr lwt_seg6local lirc_mode2 sk_reuseport
  flow_dissector cgroup_sysctl raw_tracepoint_writable cgroup_sockopt tracing struct_ops ext lsm sk_lookup syscall
`;

/** `enum bpf_map_type`, likewise. */
const mapTypes = `
  hash array prog_array perf_event_array percpu_hash percpu_array stack_trace cgroup_array lru_hash lru_percpu_hash
  lpm_trie array_of_maps hash_of_maps devmap sockmap cpumap xskmap sockhash cgroup_storage reuseport_sockarray
  percpu_cgroup_storage queue stack sk_storage devmap_hash struct_ops ringbuf inode_storage task_storage bloom_filter
  user_ringbuf cgrp_storage
`;

/** Helpers that every kernel has on which scripts run (5.4); those after it are told one by one. */
const LAST_OLD_HELPER = 110;
/** Of all helpers libbpf 1.1 knows no later one. */
const LAST_HELPER = 211;
/** Any program may ask: where a helper exists but is for others, libbpf says yes as well. */
const KPROBE = 2;

/** The types of programs and maps and the newer helpers that this kernel has: `program:xdp`, `map:lpm_trie`, `helper:loop`. Takes some 30 ms. */
export function kernelKinds(): string[] {
  const libbpf = getLibbpf();
  const kinds = (prefix: string, names: string, has: (number: number) => boolean) =>
    names
      .trim()
      .split(/\s+/)
      .flatMap((name, index) => (has(index + 1) ? [`${prefix}:${name}`] : []));
  const helpers: string[] = [];
  for (let number = LAST_OLD_HELPER + 1; number <= LAST_HELPER; number++) {
    const name = helperName(number);
    if (name !== undefined && libbpf.libbpf_probe_bpf_helper(KPROBE, number, null) === 1)
      helpers.push(`helper:${name}`);
  }
  return [
    ...kinds('program', programTypes, (type) => libbpf.libbpf_probe_bpf_prog_type(type, null) === 1),
    ...kinds('map', mapTypes, (type) => libbpf.libbpf_probe_bpf_map_type(type, null) === 1),
    ...helpers,
  ];
}
