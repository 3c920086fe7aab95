import assert from 'node:assert/strict';
import type { FleetCase } from '../run/fleet-case.ts';

/** Emulation is slow and stretches time: that both fire, on the processors they should, is what can be told. */
export default {
  name: 'interval, profile',
  script: `interval:ms:100 { @ticks = count(); }
    profile:hz:50 { @samples[cpu] = count(); }`,
  workload: 'sleep 2; writes 1 4391',
  check: ({ map }) => {
    assert.ok(Number(map('@ticks')[0]?.value) >= 5, `${map('@ticks')[0]?.value} ticks`);
    const cpus = map('@samples').map(({ key }) => Number(key[0]));
    assert.deepEqual(cpus.sort(), [0, 1]);
  },
} satisfies FleetCase;
