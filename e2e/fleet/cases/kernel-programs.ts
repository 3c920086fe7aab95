import assert from 'node:assert/strict';
import type { FleetCase } from '../run/fleet-case.ts';

/** Arguments by the names that BTF has for them. */
export default {
  name: 'fentry, fexit',
  needs: ['fentry'],
  script: `fentry:vfs_write /comm == "dd" && args.count == 4321/ { @entered = count(); }
    fexit:vfs_write /comm == "dd" && args.count == 4321/ { @returned[args.count, retval] = count(); }`,
  workload: 'writes 500 4321',
  check: ({ made, map }) => {
    assert.deepEqual(made, [500]);
    assert.deepEqual(
      map('@entered').map(({ value }) => value),
      [500],
    );
    assert.deepEqual(
      map('@returned').map(({ key, value }) => [...key, value]),
      [[4321, 4321, 500]],
    );
  },
} satisfies FleetCase;
