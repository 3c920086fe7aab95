import type { Bpftrace } from '../oracle/bpftrace.ts';
import { bpfleetLocal } from '../oracle/tools.ts';
import { buildObject, buildProgram } from './build.ts';
import { Load } from './load.ts';
import type { Contestant, Row } from './row.ts';
import { spread } from './statistics.ts';
import { TracerProcess } from './tracer-process.ts';

interface Program {
  readonly name: string;
  /** Objects of c/. */
  readonly c: Partial<Record<Contestant, string>>;
  readonly script: string | null;
  readonly times: number;
}

const enter = 'tracepoint:syscalls:sys_enter_getppid';
const latency = `${enter} { @start[tid] = nsecs; }
tracepoint:syscalls:sys_exit_getppid /@start[tid]/ { @ = hist(nsecs - @start[tid]); delete(@start, tid); }`;

const programs: readonly Program[] = [
  { name: 'empty', c: { C: 'empty' }, script: `${enter} { }`, times: 1 },
  { name: '@ = count()', c: { C: 'count', 'C, raw': 'count-raw' }, script: `${enter} { @ = count(); }`, times: 1 },
  { name: '@[comm] = count()', c: { C: 'comm' }, script: `${enter} { @[comm] = count(); }`, times: 1 },
  { name: '@ = hist(nsecs)', c: { C: 'hist' }, script: `${enter} { @ = hist(nsecs); }`, times: 1 },
  { name: 'latency by tid', c: { C: 'latency' }, script: latency, times: 0.9 },
  { name: 'an event', c: { C: 'event' }, script: eventScript(), times: 1.1 },
];

function eventScript(): string {
  return `${enter} { printf("%d %llu\\n", pid, nsecs); }`;
}

const callsASample = 200_000;
const samplesARound = 5;

/** Nanoseconds that each program adds to a getppid(2) call, and what of the events arrives. Interleaved, in rounds. */
export async function benchKernel(bpftrace: Bpftrace, rounds: number, tell: (line: string) => void): Promise<Row[]> {
  const [loadProgram, attach] = [await buildProgram('load'), await buildProgram('attach')];
  const load = await Load.start(loadProgram);
  try {
    const commands = await Promise.all(programs.map((program) => commandsOf(program, bpftrace, attach)));
    const costs = programs.map(() => new Map<Contestant, number[]>());
    for (let round = 1; round <= rounds; round++) {
      tell(`round ${round} of ${rounds}`);
      for (const [index, byContestant] of commands.entries()) {
        for (const [contestant, command] of byContestant) {
          const found = costs[index]?.get(contestant) ?? [];
          found.push(await cost(load, command, tell));
          costs[index]?.set(contestant, found);
        }
      }
    }
    const rows = programs.map(({ name, times }, index): Row => {
      const values = Object.fromEntries([...(costs[index] ?? [])].map(([who, samples]) => [who, valid(samples)]));
      return { name, unit: 'ns', values: defined(values), reach: { times, of: 'C' } };
    });
    const last = commands.at(-1) ?? [];
    return [...rows, ...(await lossRows(load, last, tell))];
  } finally {
    await load.close();
  }
}

type Command = readonly [string, ...string[]];

async function commandsOf(
  { c, script }: Program,
  bpftrace: Bpftrace,
  attach: string,
): Promise<(readonly [Contestant, Command])[]> {
  const objects = Object.entries(c).map(
    async ([who, name]) => [who as Contestant, [attach, await buildObject(name)] as Command] as const,
  );
  const scripts =
    script === null
      ? []
      : ([
          ['bpftrace', [...bpftrace.tool.command, '-e', script]],
          ['ours', [...bpfleetLocal.command, '-e', script]],
        ] as const);
  return [...(await Promise.all(objects)), ...scripts];
}

/** With and without it, one after the other: the median of either, and the difference. NaN where it does not run. */
async function cost(load: Load, command: Command, tell: (line: string) => void): Promise<number> {
  const without = await sample(load);
  const tracer = await TracerProcess.start(command).catch((error: Error) => tell(error.message.slice(0, 300)));
  if (!tracer) return Number.NaN;
  try {
    return (await sample(load)) - without;
  } finally {
    await tracer.end();
  }
}

async function sample(load: Load): Promise<number> {
  const samples: number[] = [];
  for (let i = 0; i < samplesARound; i++) samples.push(await load.calls(callsASample));
  return spread(samples).median;
}

/** Events made and not received, in hundredths: as fast as can be, and a million a second for two seconds. */
async function lossRows(
  load: Load,
  commands: readonly (readonly [Contestant, Command])[],
  tell: (line: string) => void,
): Promise<Row[]> {
  const made = 2_000_000;
  const ways = [
    { name: 'events lost at full speed', run: () => load.calls(made), most: undefined },
    { name: 'events lost at 1 M/s', run: () => load.paced(made, 1_000_000), most: 0 },
  ];
  const rows: Row[] = [];
  for (const { name, run, most } of ways) {
    const values: Partial<Record<Contestant, ReturnType<typeof spread>>> = {};
    for (const [contestant, command] of commands) {
      const tracer = await TracerProcess.start(command).catch((error: Error) => tell(error.message.slice(0, 300)));
      if (!tracer) continue;
      const before = await tracer.settledLines();
      const rate = await run();
      const received = (await tracer.settledLines()) - before;
      await tracer.end();
      tell(
        `${name}: ${contestant} received ${received} of ${made}${most === 0 ? ` at ${Math.round(rate / 1000)} k/s` : ''}`,
      );
      values[contestant] = spread([Math.max(0, 100 - (received * 100) / made)]);
    }
    rows.push({ name, unit: '%', values, ...(most === undefined ? {} : { most }) });
  }
  return rows;
}

function valid(samples: readonly number[]) {
  const numbers = samples.filter((each) => !Number.isNaN(each));
  return numbers.length > 0 ? spread(numbers) : undefined;
}

function defined<T>(values: Record<string, T | undefined>): Record<string, T> {
  return Object.fromEntries(Object.entries(values).filter((pair): pair is [string, T] => pair[1] !== undefined));
}
