import assert from 'node:assert/strict';
import type { FleetCase } from '../run/fleet-case.ts';

/** Every write has a key of its own, and the map has less room than that: what has none is counted. */
export default {
  name: 'a full map is counted',
  script: `tracepoint:syscalls:sys_enter_write /comm == "dd" && args.count == 4397/ { @n++; @[@n] = count(); }`,
  workload: 'writes 5000 4397',
  check: ({ made, map, node }) => {
    assert.deepEqual(made, [5000]);
    const seen = Number(map('@n')[0]?.value);
    assert.equal(seen, 5000);
    const kept = map('@').length;
    assert.equal(kept + Number(node.lost.mapFull), seen);
    assert.equal(node.state, 'partial');
  },
} satisfies FleetCase;
