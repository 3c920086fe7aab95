import assert from 'node:assert/strict';
import type { FleetCase } from '../run/fleet-case.ts';

/** eBPF by hand: one text for every kernel and architecture, a map with a look-up, an atomic addition and an insertion. */
export default {
  name: 'assembler: a count by hand',
  needs: ['tracepoint'],
  assembler: `
.license "GPL"
.map sizes hash key=u64 value=u64 entries=64

.program count_writes tracepoint/syscalls/sys_enter_write
  r6 = *(u64 *)(r1 + 32)        ; the third argument: how many bytes
  if r6 == 4337 goto count
  if r6 != 4339 goto out
count:
  *(u64 *)(r10 - 8) = r6
  r1 = map[sizes]
  r2 = r10
  r2 += -8
  call bpf_map_lookup_elem
  if r0 == 0 goto first
  r1 = 1
  lock *(u64 *)(r0 + 0) += r1
  goto out
first:
  *(u64 *)(r10 - 16) = 1
  r1 = map[sizes]
  r2 = r10
  r2 += -8
  r3 = r10
  r3 += -16
  r4 = 0
  call bpf_map_update_elem
out:
  r0 = 0
  exit
`,
  workload: 'writes 2500 4337; writes 800 4339',
  check: ({ made, map }) => {
    assert.deepEqual(made, [2500, 800]);
    const counts = map('@sizes').map(({ key, value }) => [...key, value]);
    assert.deepEqual(counts.sort(), [
      [4337, 2500],
      [4339, 800],
    ]);
  },
} satisfies FleetCase;
