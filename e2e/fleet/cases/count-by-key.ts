import assert from 'node:assert/strict';
import type { FleetCase } from '../run/fleet-case.ts';

/** Sizes that nothing else on a node writes. */
export default {
  name: 'count by key',
  script: 'tracepoint:syscalls:sys_enter_write /comm == "dd" && args.count > 4000/ { @[comm, args.count] = count(); }',
  workload: 'writes 3000 4321; writes 700 4327',
  check: ({ made, map }) => {
    assert.deepEqual(made, [3000, 700]);
    assert.deepEqual(
      map('@').map(({ key, value }) => [...key, value]),
      [
        ['dd', 4327, 700],
        ['dd', 4321, 3000],
      ],
    );
  },
} satisfies FleetCase;
