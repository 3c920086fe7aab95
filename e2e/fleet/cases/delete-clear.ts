import assert from 'node:assert/strict';
import type { FleetCase } from '../run/fleet-case.ts';

/** What a clear() in a probe means, the agent does once it has read it: the workload gives it time. */
export default {
  name: 'delete, clear, has_key',
  script: `tracepoint:syscalls:sys_enter_write /comm == "dd" && args.count > 4000/ {
      @at[args.count] = count(); @last[args.count] = args.count; @gone[args.count] = count();
    }
    tracepoint:syscalls:sys_enter_write /comm == "dd" && args.count == 4361/ {
      delete(@at, 4357); clear(@gone); printf("%d %d\\n", has_key(@last, 4357), has_key(@last, 4999));
    }`,
  workload: 'writes 50 4357; writes 1 4361; sleep 3; writes 3 4363',
  check: ({ made, map, printed }) => {
    assert.deepEqual(made, [50, 1, 3]);
    const entries = (name: string) => map(name).map(({ key, value }) => [...key, value]);
    assert.deepEqual(entries('@at').sort(), [
      [4361, 1],
      [4363, 3],
    ]);
    assert.deepEqual(entries('@gone'), [[4363, 3]]);
    assert.deepEqual(printed, ['1 0\n']);
  },
} satisfies FleetCase;
