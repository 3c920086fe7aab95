import assert from 'node:assert/strict';
import type { FleetCase } from '../run/fleet-case.ts';

/** Symbols are found on the node: a stack is names, whatever the architecture calls them. */
export default {
  name: 'kstack by symbol',
  needs: ['kprobe'],
  script: 'kprobe:vfs_write /comm == "dd" && arg2 == 4321/ { @[kstack(2)] = count(); }',
  workload: 'writes 300 4321',
  check: ({ made, map }) => {
    assert.deepEqual(made, [300]);
    const stacks = map('@').map(({ key, value }) => ({ frames: key[0], value }));
    assert.equal(
      stacks.reduce((sum, { value }) => sum + Number(value), 0),
      300,
    );
    for (const { frames } of stacks) {
      assert.ok(Array.isArray(frames) && frames.length > 0, 'a stack is an array of frames');
      const [first] = frames;
      assert.match(JSON.stringify(first), /"symbol":"vfs_write/);
    }
  },
} satisfies FleetCase;
