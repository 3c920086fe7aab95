// `npm run e2e -- faults`: seeded runs in which agents, controllers, the database and the network fail, held against what was made.
import { parseArgs } from 'node:util';
import { seed } from '@bpfleet/testkit';
import { Cluster, type SimulatedFleet } from '@bpfleet/testkit/simulator';
import { percentile } from '../bench/statistics.ts';
import { onSignal } from '../fleet/on-signal.ts';
import { faultKinds, planFaults } from './fault-plan.ts';
import { runFaults, startFaultFleet } from './run-faults.ts';
import { takeOver } from './takeover.ts';

const help = `npm run e2e -- faults [--runs 20] [--nodes 12] [--replicas 3]
npm run e2e -- faults --kills 100     kills one controller after the other; tells how long takeovers take
  the first run has the seed of BPFLEET_SEED, else 1; one that failed is done again by its seed and --runs 1`;

const { values } = parseArgs({
  args: process.argv.slice(2),
  options: {
    runs: { type: 'string', default: '20' },
    nodes: { type: 'string', default: '12' },
    replicas: { type: 'string', default: '3' },
    kills: { type: 'string' },
    help: { type: 'boolean' },
  },
});
if (values.help) console.error(help);
else process.exitCode = await main(Number(values.runs), Number(values.nodes), Number(values.replicas));

async function main(runs: number, nodes: number, replicas: number): Promise<number> {
  const kinds = faultKinds.filter((kind) => kind !== 'full-disk' || process.getuid?.() === 0);
  if (kinds.length < faultKinds.length) console.log('without root there are no runs with a full disk');
  const cluster = await Cluster.start(replicas, { ownDisk: kinds.includes('full-disk') });
  const fleet = await startFaultFleet(cluster, seed(), nodes);
  const end = async () => {
    fleet.close();
    await cluster.close();
  };
  const release = onSignal(end);
  let [records, failed] = [0, 0];
  try {
    if (values.kills !== undefined) return await tellTakeovers(cluster, fleet, Number(values.kills));
    for (let each = seed(); each < seed() + runs; each++) {
      const plan = planFaults(each, kinds);
      const told = plan.faults.map(({ kind, atMs }) => `${kind} at ${atMs} ms`).join(', ');
      const run = await runFaults(cluster, fleet, plan);
      records += run.records;
      console.log(`seed ${each}: ${told}: ${run.records} records, ${run.wrong.length === 0 ? 'all right' : 'WRONG'}`);
      for (const line of run.wrong.slice(0, 20)) console.log(`  ${line}`);
      if (run.wrong.length > 0) failed += 1;
    }
    console.log(`${runs} runs, ${records} records stored: ${failed} runs with differences`);
    return failed === 0 ? 0 : 1;
  } finally {
    release();
    await end();
  }
}

async function tellTakeovers(cluster: Cluster, fleet: SimulatedFleet, kills: number): Promise<number> {
  const takeovers = await takeOver(cluster, fleet, kills);
  const times = takeovers.filter(({ nodes }) => nodes > 0).map(({ tookMs }) => tookMs);
  const [median, p99] = [0.5, 0.99].map((share) => (percentile(times, share) / 1000).toFixed(2));
  console.log(
    `${kills} kills, ${times.length} of a controller with nodes: median ${median} s, p99 ${p99} s; attached once`,
  );
  return 0;
}
