import assert from 'node:assert/strict';
import type { FleetCase } from '../run/fleet-case.ts';

/** The third argument of vfs_write is how many bytes to write; it returns how many it wrote. */
export default {
  name: 'kprobe, kretprobe',
  needs: ['kprobe'],
  script: `kprobe:vfs_write /comm == "dd" && arg2 == 4321/ { @entered = count(); @in[tid] = 1; }
    kretprobe:vfs_write /@in[tid]/ { @returned[retval] = count(); delete(@in, tid); }`,
  workload: 'writes 500 4321',
  check: ({ made, map }) => {
    assert.deepEqual(made, [500]);
    assert.deepEqual(
      map('@entered').map(({ value }) => value),
      [500],
    );
    assert.deepEqual(
      map('@returned').map(({ key, value }) => [...key, value]),
      [[4321, 500]],
    );
  },
} satisfies FleetCase;
