import assert from 'node:assert/strict';
import type { FleetCase } from '../run/fleet-case.ts';

/** A function of the C library, which dash calls once for each `kill -0`; it returns 0, for dash is there. */
export default {
  name: 'uprobe, uretprobe',
  needs: [['uprobe', 'uprobe_multi']],
  script: `uprobe:libc:kill /comm == "dash"/ { @entered[arg1] = count(); @in[tid] = 1; }
    uretprobe:libc:kill /@in[tid]/ { @returned[retval] = count(); delete(@in, tid); }`,
  workload: 'kills 500',
  check: ({ made, map }) => {
    assert.deepEqual(made, [500]);
    assert.deepEqual(
      ['@entered', '@returned'].map((name) => map(name).map(({ key, value }) => [...key, value])),
      [[[0, 500]], [[0, 500]]],
    );
  },
} satisfies FleetCase;
