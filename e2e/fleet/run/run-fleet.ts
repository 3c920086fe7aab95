import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fleetChecks } from '../checks/index.ts';
import type { GuestKind } from '../guests.ts';
import { fleetState } from '../state.ts';
import { countOutcomes } from './count-outcomes.ts';
import { Fleet } from './fleet.ts';
import type { FleetCase } from './fleet-case.ts';
import { junit } from './junit.ts';
import { matrix } from './matrix.ts';
import type { Outcome } from './outcome.ts';
import { runCase } from './run-case.ts';

const junitFile = join(fleetState, 'junit.xml');

/**
 * Boots the guests, runs cases and checks, prints the matrix, ends everything. Whether all went well.
 *
 * @param wholeFleet whether what the fleet as a whole must do is run as well
 */
export async function runFleet(
  kinds: readonly GuestKind[],
  cases: readonly FleetCase[],
  wholeFleet: boolean,
): Promise<boolean> {
  const start = performance.now();
  const tell = (line: string) => console.log(`fleet: ${((performance.now() - start) / 1000).toFixed(0)} s: ${line}`);
  const fleet = await Fleet.start(kinds, tell);
  const outcomes: Outcome[] = fleet.failures.map(({ kind, reason }) => ({
    node: kind.name,
    name: 'boots and enrols',
    state: 'fail',
    reason,
    seconds: 0,
  }));
  const stop = endOnSignal(fleet);
  try {
    for (const { name } of fleet.nodes)
      outcomes.push({ node: name, name: 'boots and enrols', state: 'pass', seconds: 0 });
    for (const one of cases) {
      tell(one.name);
      outcomes.push(...(await runCase(fleet, one)));
    }
    for (const check of wholeFleet ? fleetChecks : []) {
      tell(check.name);
      outcomes.push(...(await check.run(fleet)));
    }
  } finally {
    stop();
    await fleet.close();
  }
  mkdirSync(fleetState, { recursive: true });
  writeFileSync(junitFile, junit(outcomes));
  const counts = countOutcomes(outcomes);
  // Where several runs are counted together.
  const file = process.env['BPFLEET_COUNTS'];
  if (file) appendFileSync(file, `${JSON.stringify(counts)}\n`);
  tell('everything has ended');
  console.log(matrix(outcomes));
  return outcomes.every(({ state }) => state !== 'fail');
}

/** Ctrl-C: guests and controller end before we do. */
function endOnSignal(fleet: Fleet): () => void {
  const end = (signal: NodeJS.Signals) => {
    void fleet.close().finally(() => process.exit(signal === 'SIGINT' ? 130 : 143));
  };
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
  return () => {
    process.off('SIGINT', end);
    process.off('SIGTERM', end);
  };
}
