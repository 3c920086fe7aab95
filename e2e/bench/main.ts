// `npm run bench -- kernel`, `-- local`: side by side with Debian's bpftrace and with C, in one run. `-- agent`: an agent by itself. `-- fleet`: a controller
// with thousands of simulated ones.
import { writeFileSync } from 'node:fs';
import { availableParallelism, loadavg, release } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { bpftrace } from '../oracle/bpftrace.ts';
import { OracleError } from '../oracle/oracle-error.ts';
import { benchAgent } from './agent.ts';
import { benchFleet, type FleetPart, fleetParts } from './fleet/fleet-bench.ts';
import { benchKernel } from './kernel.ts';
import { benchLocal } from './local.ts';
import { ofTarget, ratios, reached } from './row.ts';
import { table } from './table.ts';

const help = `npm run bench -- kernel       nanoseconds that programs add to each event: C by clang, bpftrace, ours
npm run bench -- local        starts, attach and detach, memory and sizes: bpftrace, ours
npm run bench -- agent        a running agent: at rest, attach and detach, a million events a second
npm run bench -- fleet        a controller with a simulated fleet: memory, attach, restart, ingest, query, live, cancel
  --agents N                  how many, with fleet; 5000
  --parts A,B                 of fleet only these: sessions, reads, ingest
  --rounds N                  how often each is measured; more on a busy machine
  --json FILE                 the same as JSON, with ratios`;

type Tell = (line: string) => void;

/** Each with what it is held against, for the heading. */
const benches = {
  kernel: async (rounds: number, tell: Tell) => compared(benchKernel, rounds, tell),
  local: async (rounds: number, tell: Tell) => compared(benchLocal, rounds, tell),
  agent: async (rounds: number, tell: Tell) => ({ rows: await benchAgent(rounds, tell), against: 'bpfleet agent' }),
};

function benchesWith(agents: number, parts: readonly FleetPart[]) {
  return {
    ...benches,
    fleet: async (rounds: number, tell: Tell) => ({
      rows: await benchFleet({ agents, parts, rounds, tell }),
      against: `${agents} simulated agents on one controller`,
    }),
  };
}

async function compared(bench: typeof benchLocal, rounds: number, tell: Tell) {
  const theirs = await bpftrace();
  return { rows: await bench(theirs, rounds, tell), against: theirs.version };
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof OracleError)) throw error;
  console.error(`bench: ${error.message}`);
  process.exitCode = 3;
}

/** No time is asserted: what is not reached is printed, and the status is 0. */
async function main(args: string[]): Promise<number> {
  const { positionals, values } = options(args);
  if (values.help) {
    console.log(help);
    return 0;
  }
  const [name, ...others] = positionals;
  const parts = values.parts.split(',').flatMap((part) => fleetParts.filter((each) => each === part));
  const bench = Object.entries(benchesWith(Number(values.agents), parts)).find(([each]) => each === name)?.[1];
  const rounds = Number(values.rounds);
  if (!bench || others.length > 0 || parts.length === 0 || !Number.isInteger(rounds) || rounds < 1) {
    console.error(help);
    return 4;
  }
  const start = performance.now();
  const tell = (line: string) => console.error(`bench: ${((performance.now() - start) / 1000).toFixed(0)} s: ${line}`);
  const { rows, against } = await bench(rounds, tell);
  const load = (loadavg()[0] ?? 0).toFixed(1);
  console.log(`\nLinux ${release()}, ${availableParallelism()} CPUs, load ${load} at the end; ${against}`);
  console.log(`medians of ${rounds} rounds, in parentheses the smallest and the largest\n`);
  console.log(table(name ?? '', rows));
  if (values.json) {
    const machine = { kernel: release(), cpus: availableParallelism(), load: Number(load), against };
    const results = rows.map((row) => ({
      ...row,
      ratios: ratios(row),
      ofTarget: ofTarget(row),
      reached: reached(row),
    }));
    const text = JSON.stringify({ bench: name, rounds, machine, rows: results }, null, 2);
    writeFileSync(resolve(process.env['INIT_CWD'] ?? '.', values.json), `${text}\n`);
  }
  return 0;
}

function options(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        rounds: { type: 'string', default: '7' },
        agents: { type: 'string', default: '5000' },
        parts: { type: 'string', default: fleetParts.join(',') },
        json: { type: 'string' },
        help: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw new OracleError(`${(error as Error).message}\n${help}`);
  }
}
