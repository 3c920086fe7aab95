// `npm run e2e -- faults`: seeded runs in which agents, controllers, the database and the network fail, held against what was made.
import { parseArgs } from 'node:util';
import { seed } from '@bpfleet/testkit';
import { Cluster } from '@bpfleet/testkit/simulator';
import { planFaults } from './fault-plan.ts';
import { runFaults, startFaultFleet } from './run-faults.ts';

const help = `npm run e2e -- faults [--runs 20] [--nodes 12] [--replicas 3]
  the first run has the seed of BPFLEET_SEED, else 1; one that failed is done again by its seed and --runs 1`;

const { values } = parseArgs({
  args: process.argv.slice(2),
  options: {
    runs: { type: 'string', default: '20' },
    nodes: { type: 'string', default: '12' },
    replicas: { type: 'string', default: '3' },
    help: { type: 'boolean' },
  },
});
if (values.help) console.error(help);
else process.exitCode = await main(Number(values.runs), Number(values.nodes), Number(values.replicas));

async function main(runs: number, nodes: number, replicas: number): Promise<number> {
  const cluster = await Cluster.start(replicas);
  const fleet = await startFaultFleet(cluster, seed(), nodes);
  let [records, failed] = [0, 0];
  try {
    for (let each = seed(); each < seed() + runs; each++) {
      const plan = planFaults(each);
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
    fleet.close();
    await cluster.close();
  }
}
