import assert from 'node:assert/strict';
import type { FleetCase } from '../run/fleet-case.ts';

export default {
  name: 'sum, min, max, avg, stats',
  script: `tracepoint:syscalls:sys_enter_write /comm == "dd" && args.count > 4000/ {
    @sum = sum(args.count); @min = min(args.count); @max = max(args.count); @avg = avg(args.count); @stats = stats(args.count);
  }`,
  workload: 'writes 1000 4337; writes 500 8209',
  check: ({ made, map }) => {
    const [small = 0, large = 0] = made;
    const total = small * 4337 + large * 8209;
    assert.deepEqual([small, large], [1000, 500]);
    assert.deepEqual(
      ['@sum', '@min', '@max'].map((name) => map(name)[0]?.value),
      [total, 4337, 8209],
    );
    for (const name of ['@avg', '@stats']) {
      const { count, total: sum, average } = map(name)[0] ?? {};
      assert.deepEqual({ count, sum, average }, { count: 1500, sum: total, average: Math.trunc(total / 1500) }, name);
    }
  },
} satisfies FleetCase;
