import { readVerdicts, type Verdict } from '../conform/verdict.ts';
import { eachOf } from './each-of.ts';
import { atOnce, type Fleet } from './fleet.ts';
import type { ProgramsCase } from './fleet-case.ts';
import type { FleetNode } from './fleet-node.ts';
import { type Outcome, outcomeOf } from './outcome.ts';
import { keepVerdicts } from './verdict-files.ts';

/** Emulated machines take some seconds for a large program, and all of them share this one's CPUs. */
const leastPatienceMs = 2_700_000;
const patienceForEachMs = 15_000;

/** Runs the programs on every node; what becomes of each is in the note. */
export function runPrograms(fleet: Fleet, one: ProgramsCase): Promise<Outcome[]> {
  return eachOf(fleet.nodes, atOnce, async (node) => {
    let note: string | undefined;
    const outcome = await outcomeOf(node.name, one.name, async () => {
      const verdicts = await verdictsOf(node, one);
      keepVerdicts(node, one, verdicts);
      note = summary(verdicts);
      const failed = verdicts.filter(({ state }) => state === 'fail');
      if (failed.length > 0) throw new Error(failed.map(({ name, reason }) => `${name}: ${reason}`).join('\n    '));
      if (!verdicts.some(({ state }) => state === 'pass')) throw new Error('it ran none of them');
    });
    return note === undefined ? outcome : { ...outcome, note };
  });
}

async function verdictsOf(node: FleetNode, one: ProgramsCase): Promise<Verdict[]> {
  const { programs } = one;
  const each = typeof programs === 'string' ? 0 : programs.random * patienceForEachMs;
  return readVerdicts(await node.run(node.conform(one), Math.max(leastPatienceMs, each)));
}

function summary(verdicts: readonly Verdict[]): string {
  const of = (state: Verdict['state']) => verdicts.filter((each) => each.state === state);
  const skipped = Map.groupBy(of('skipped'), ({ reason }) => reason);
  const lines = [...skipped].map(([reason, group]) => `\n    skipped  ${namesOf(group)}: ${reason}`);
  return `${of('pass').length} passed, ${of('fail').length} failed, ${of('skipped').length} skipped${lines.join('')}`;
}

/** A few of them by name, the others by their number. */
function namesOf(group: readonly Verdict[]): string {
  const named = group.slice(0, 5).map(({ name }) => name);
  return [...named, ...(group.length > named.length ? [`${group.length - named.length} more`] : [])].join(', ');
}
