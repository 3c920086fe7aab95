import assert from 'node:assert/strict';
import type { FleetCase } from '../run/fleet-case.ts';

/** A length that is given counts the NUL too, as bpftrace 0.27 has it. */
export default {
  name: 'str() as key',
  script: `tracepoint:syscalls:sys_enter_openat /str(args.filename) == "/proc/self/limits"/ {
    @[str(args.filename, 99), args.dfd == -100] = count(); @cut[str(args.filename, 6)] = count();
  }`,
  workload: 'opens 40 /proc/self/limits',
  check: ({ made, map }) => {
    assert.deepEqual(made, [40]);
    assert.deepEqual(
      ['@', '@cut'].map((name) => map(name).map(({ key, value }) => [...key, value])),
      [[['/proc/self/limits', true, 40]], [['/proc', 40]]],
    );
  },
} satisfies FleetCase;
