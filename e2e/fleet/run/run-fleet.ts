import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FleetCheck } from '../checks/fleet-check.ts';
import type { GuestKind } from '../guests.ts';
import { onSignal } from '../on-signal.ts';
import { fleetState } from '../state.ts';
import { countOutcomes } from './count-outcomes.ts';
import { Fleet } from './fleet.ts';
import type { FleetCase } from './fleet-case.ts';
import { junit } from './junit.ts';
import { matrix } from './matrix.ts';
import { neverRun } from './never-run.ts';
import type { Outcome } from './outcome.ts';
import { runCase } from './run-case.ts';

const junitFile = join(fleetState, 'junit.xml');

/** How much of the virtual fleet is run. */
export interface FleetRun {
  readonly kinds: readonly GuestKind[];
  readonly cases: readonly FleetCase[];
  /** What the fleet as a whole must do. */
  readonly checks: readonly FleetCheck[];
  /** Whether these guests are to leave no case out: then one that all of them skip is a failure. */
  readonly everyCase: boolean;
}

/** Boots the guests, runs cases and checks, prints the matrix, ends everything. Whether all went well. */
export async function runFleet({ kinds, cases, checks, everyCase }: FleetRun): Promise<boolean> {
  const start = performance.now();
  const tell = (line: string) => console.log(`fleet: ${((performance.now() - start) / 1000).toFixed(0)} s: ${line}`);
  const outcomes: Outcome[] = [];
  const fleet = new Fleet();
  const stop = onSignal(() => fleet.close());
  try {
    await fleet.start(kinds, cases.some(needsServices), tell);
    const boots = { name: 'boots and enrols', seconds: 0 };
    for (const { name } of fleet.nodes) outcomes.push({ ...boots, node: name, state: 'pass' });
    for (const { kind, reason } of fleet.failures) outcomes.push({ ...boots, node: kind.name, state: 'fail', reason });
    // Few agents have to start again for what some cases need.
    for (const one of cases.toSorted((a, b) => capabilitiesOf(a) - capabilitiesOf(b))) {
      tell(one.name);
      outcomes.push(...(await runCase(fleet, one)));
    }
    for (const check of checks) {
      tell(check.name);
      outcomes.push(...(await check.run(fleet)));
    }
    if (everyCase) outcomes.push(...neverRun(outcomes));
  } catch (error) {
    // A signal is ending everything and then this process: what breaks meanwhile is no news.
    if (fleet.closing) return await new Promise<never>(() => undefined);
    throw error;
  } finally {
    await fleet.close();
    stop();
  }
  mkdirSync(fleetState, { recursive: true });
  writeFileSync(junitFile, junit(outcomes));
  const counts = countOutcomes(outcomes);
  // Where several runs are counted together.
  const file = process.env['BPFLEET_COUNTS'];
  const failed = outcomes.filter(({ state }) => state === 'fail');
  const failures = failed.map(({ name, node, reason }) => `virtual fleet: ${name} on ${node}: ${reason}`);
  if (file) appendFileSync(file, `${JSON.stringify({ ...counts, failures })}\n`);
  tell('everything has ended');
  console.log(matrix(outcomes));
  return outcomes.every(({ state }) => state !== 'fail');
}

/** The tool library's workloads look into services. */
function needsServices(one: FleetCase): boolean {
  return 'programs' in one && one.programs === 'workloads';
}

/** How many capabilities a case needs beyond what every agent has. */
function capabilitiesOf(one: FleetCase): number {
  return 'capabilities' in one ? (one.capabilities?.length ?? 0) : 0;
}
