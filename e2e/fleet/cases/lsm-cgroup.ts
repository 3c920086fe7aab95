import assert from 'node:assert/strict';
import type { FleetCase } from '../run/fleet-case.ts';

/** A security hook that programs see for the processes of one control group, here of all of them. */
export default {
  name: 'ELF object: lsm_cgroup',
  needs: ['fentry'],
  functions: ['bpf_trampoline_link_cgroup_shim'],
  ownNetwork: true,
  wholeFleet: true,
  object: `
    __u64 asked = 0;
    SEC("lsm_cgroup/socket_connect") int connects(unsigned long long *ctx) {
      struct { __u16 family; __u16 port; } to = {};
      bpf_probe_read_kernel(&to, sizeof(to), (void *)ctx[1]);
      if (to.family == 2 && to.port == __builtin_bswap16(4819)) __sync_fetch_and_add(&asked, 1);
      return 1;
    }
    char LICENSE[] SEC("license") = "GPL";`,
  manifest: `
changes: [security]
programs:
  connects: {cgroup: /}
`,
  workload: 'connects 40 4819; connects 5 4820',
  check: ({ made, map }) => {
    assert.deepEqual(made, [40, 5]);
    assert.equal(map('@asked')[0]?.value, 40);
  },
} satisfies FleetCase;
