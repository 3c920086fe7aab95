// `npm run e2e -- faults`: seeded runs in which agents, controllers, the database and the network fail, held against what was made.
import { parseArgs } from 'node:util';
import { seed } from '@bpfleet/testkit';
import { Cluster } from '@bpfleet/testkit/simulator';
import { percentile } from '../bench/statistics.ts';
import { onSignal } from '../fleet/on-signal.ts';
import { type FaultKind, faultKinds, planFaults } from './fault-plan.ts';
import type { Comparison, FaultedFleet } from './faulted-fleet.ts';
import { RealFleet } from './real-fleet.ts';
import { runFaults } from './run-faults.ts';
import { SyntheticFleet } from './synthetic-fleet.ts';
import { takeOver } from './takeover.ts';

const help = `npm run e2e -- faults [--agents simulated] [--runs 20] [--nodes 12] [--replicas 3]
npm run e2e -- faults --agents real    real agents on this kernel, each with a workload that counts for itself; 4 nodes
npm run e2e -- faults --kills 100      kills one controller after the other; tells how long takeovers take
  --kinds full-spool,kill-agents         only these, of ${faultKinds.join(', ')}
  the first run has the seed of BPFLEET_SEED, else 1; one that failed is done again by its seed, --runs 1 and the same --kinds`;

const { values } = parseArgs({
  args: process.argv.slice(2),
  options: {
    agents: { type: 'string', default: 'simulated' },
    runs: { type: 'string', default: '20' },
    nodes: { type: 'string' },
    replicas: { type: 'string', default: '3' },
    kills: { type: 'string' },
    kinds: { type: 'string', default: faultKinds.join(',') },
    help: { type: 'boolean' },
  },
});
const unknown = values.kinds.split(',').filter((kind) => !faultKinds.some((known) => known === kind));
if (values.help || unknown.length > 0 || !['simulated', 'real'].includes(values.agents)) console.error(help);
else process.exitCode = await main(values.agents === 'real', Number(values.runs), Number(values.replicas));

async function main(real: boolean, runs: number, replicas: number): Promise<number> {
  const asked = faultKinds.filter((kind) => values.kinds.split(',').includes(kind));
  const kinds = asked.filter((kind) => kind !== 'full-disk' || process.getuid?.() === 0);
  if (kinds.length < asked.length) console.log('without root there are no runs with a full disk');
  const cluster = await Cluster.start(replicas, { ownDisk: kinds.includes('full-disk') });
  let fleet: FaultedFleet | undefined;
  const end = async () => {
    await fleet?.close();
    await cluster.close();
  };
  const release = onSignal(end);
  try {
    if (values.kills !== undefined) {
      const synthetic = await SyntheticFleet.start(cluster, seed(), Number(values.nodes ?? 12));
      fleet = synthetic;
      return await tellTakeovers(cluster, synthetic, Number(values.kills));
    }
    fleet = real
      ? await RealFleet.start(cluster, Number(values.nodes ?? 4))
      : await SyntheticFleet.start(cluster, seed(), Number(values.nodes ?? 12));
    return await tellRuns(cluster, fleet, runs, kinds);
  } finally {
    release();
    await end();
  }
}

async function tellRuns(
  cluster: Cluster,
  fleet: FaultedFleet,
  runs: number,
  kinds: readonly FaultKind[],
): Promise<number> {
  let [records, failed] = [0, 0];
  for (let each = seed(); each < seed() + runs; each++) {
    const plan = planFaults(each, kinds);
    const told = plan.faults.map(({ kind, atMs }) => `${kind} at ${atMs} ms`).join(', ');
    const run = await runFaults(cluster, fleet, plan).catch(failure);
    records += run.records;
    const lost = run.lost > 0 ? `, ${run.lost} told as lost` : '';
    const verdict = run.wrong.length === 0 ? 'all right' : 'WRONG';
    console.log(`seed ${each}: ${told}: ${run.records} records${lost}, ${verdict}`);
    for (const line of run.wrong.slice(0, 20)) console.log(`  ${line}`);
    if (run.wrong.length > 0) failed += 1;
  }
  console.log(`${runs} runs, ${records} records stored: ${failed} runs with differences`);
  return failed === 0 ? 0 : 1;
}

/** A run that came to no end. */
function failure({ message }: Error): Comparison {
  return { records: 0, lost: 0, wrong: [message] };
}

async function tellTakeovers(cluster: Cluster, fleet: SyntheticFleet, kills: number): Promise<number> {
  const takeovers = await takeOver(cluster, fleet, kills);
  const times = takeovers.filter(({ nodes }) => nodes > 0).map(({ tookMs }) => tookMs);
  const [median, p99] = [0.5, 0.99].map((share) => (percentile(times, share) / 1000).toFixed(2));
  console.log(
    `${kills} kills, ${times.length} of a controller with nodes: median ${median} s, p99 ${p99} s; attached once`,
  );
  return 0;
}
