import assert from 'node:assert/strict';
import type { FleetCase } from '../run/fleet-case.ts';

export default {
  name: 'hist, lhist',
  script: `tracepoint:syscalls:sys_enter_write /comm == "dd" && args.count > 4000/ {
    @pow = hist(args.count); @lin = lhist(args.count, 4000, 9000, 1000);
  }`,
  workload: 'writes 800 4339; writes 300 5003; writes 200 8219; writes 100 9001',
  check: ({ made, map }) => {
    assert.deepEqual(made, [800, 300, 200, 100]);
    assert.deepEqual(map('@pow')[0]?.buckets, [
      { min: 4096, max: 8191, count: 1100 },
      { min: 8192, max: 16383, count: 300 },
    ]);
    assert.deepEqual(map('@lin')[0]?.buckets, [
      { min: 4000, max: 4999, count: 800 },
      { min: 5000, max: 5999, count: 300 },
      { min: 8000, max: 8999, count: 200 },
      { min: 9000, max: null, count: 100 },
    ]);
  },
} satisfies FleetCase;
