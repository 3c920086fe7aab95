import assert from 'node:assert/strict';
import type { FleetCase } from '../run/fleet-case.ts';

/** What the talk begins with: read(2) counted by some twenty lines of assembler, through a kprobe. One text for both architectures. */
export default {
  name: 'assembler: read(2) by a kprobe, as in the talk',
  needs: ['kprobe'],
  assembler: `
.license "GPL"
.map reads array key=u32 value=u64 entries=1

.program count_reads ksyscall/read
  r1 = r10
  r1 += -16
  r2 = 16
  call bpf_get_current_comm
  r1 = *(u32 *)(r10 - 16)
  r1 &= 0xffffff                ; kernel 6.1 leaves what is behind the zero as it was
  if r1 != 0x6464 goto out      ; "dd"
  *(u32 *)(r10 - 20) = 0
  r1 = map[reads]
  r2 = r10
  r2 += -20
  call bpf_map_lookup_elem
  if r0 == 0 goto out
  r1 = 1
  lock *(u64 *)(r0 + 0) += r1
out:
  r0 = 0
  exit
`,
  workload: 'writes 3000 4337',
  check: ({ made, map }) => {
    assert.deepEqual(made, [3000]);
    const seen = Number(map('@reads')[0]?.value);
    // Its loader reads the libraries of a dd that is linked dynamically.
    assert.ok(seen >= 3000 && seen <= 3020, `${seen} reads`);
  },
} satisfies FleetCase;
