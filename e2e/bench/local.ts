import { execFile } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { agentBundles, archs } from '@bpfleet/agent-bundle';
import type { Bpftrace } from '../oracle/bpftrace.ts';
import { bpfleetLocal, type Tool } from '../oracle/tools.ts';
import { buildProgram } from './build.ts';
import { mapBytes } from './map-bytes.ts';
import type { Contestant, Row } from './row.ts';
import { type Spread, spread } from './statistics.ts';
import { TracerProcess } from './tracer-process.ts';

const execute = promisify(execFile);

/** What the tools cost in user space. */
export async function benchLocal(bpftrace: Bpftrace, rounds: number, tell: (line: string) => void): Promise<Row[]> {
  const tools = [
    ['bpftrace', bpftrace.tool],
    ['ours', bpfleetLocal],
  ] as const;
  tell('start and end');
  const rows = await startRows(tools, rounds);
  tell('scripts to attached, in a running agent');
  rows.push(...(await attachRows(bpftrace, rounds)));
  tell('detach of hundreds of tracepoints');
  rows.push(await detachRow(tools));
  tell('memory of a script with stacks, and sizes');
  rows.push(await memoryRow(tools), await sizeRow(bpftrace));
  return rows;
}

type Tools = readonly (readonly [Contestant, Tool])[];

async function startRows(tools: Tools, rounds: number): Promise<Row[]> {
  const measure = await buildProgram('measure');
  const found = {
    ms: new Map<Contestant, number[]>(),
    cpu: new Map<Contestant, number[]>(),
    mib: new Map<Contestant, number[]>(),
  };
  for (let round = 0; round <= rounds; round++) {
    for (const [contestant, { command }] of tools) {
      const { stdout } = await execute(measure, [...command, '-e', 'BEGIN { exit() }']);
      const [ms = 0, cpu = 0, kib = 0] = stdout.split(' ').map(Number);
      // The first reads the files from disk.
      if (round === 0) continue;
      found.ms.set(contestant, [...(found.ms.get(contestant) ?? []), ms]);
      found.cpu.set(contestant, [...(found.cpu.get(contestant) ?? []), cpu]);
      found.mib.set(contestant, [...(found.mib.get(contestant) ?? []), kib / 1024]);
    }
  }
  const values = (of: Map<Contestant, number[]>) => Object.fromEntries([...of].map(([who, all]) => [who, spread(all)]));
  return [
    { name: 'BEGIN { exit() }', unit: 'ms', values: values(found.ms), most: 150 },
    // What a busy machine does not change much.
    { name: 'BEGIN { exit() }, CPU time', unit: 'ms', values: values(found.cpu) },
    { name: 'BEGIN { exit() }, most memory', unit: 'MiB', values: values(found.mib), most: 90 },
  ];
}

/** bpftrace has no agent: its column is a new process each time. */
async function attachRows(bpftrace: Bpftrace, rounds: number): Promise<Row[]> {
  const { agentScripts } = await import('./agent-scripts.ts');
  const main = join(import.meta.dirname, 'attach-main.ts');
  const { stdout } = await execute(process.execPath, [main, `${rounds}`]);
  const ours = JSON.parse(stdout) as Record<string, number[]>;
  const rows: Row[] = [];
  for (const [name, script] of Object.entries(agentScripts)) {
    const theirs: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const tracer = await TracerProcess.start([...bpftrace.tool.command, '-e', script]);
      theirs.push(tracer.attachedMs);
      await tracer.end();
    }
    const values = { bpftrace: spread(theirs), ours: spread(ours[name] ?? []) };
    rows.push({ name: `to attached: ${name}`, unit: 'ms', values, most: 100 });
  }
  const all = Object.values(ours).flat();
  return [...rows, { name: 'to attached: all of these', unit: 'ms', values: { ours: spread(all) }, most: 30 }];
}

async function detachRow(tools: Tools): Promise<Row> {
  const values: Partial<Record<Contestant, Spread>> = {};
  for (const [contestant, { command }] of tools) {
    const tracer = await TracerProcess.start([...command, '-e', 'tracepoint:syscalls:sys_enter_* { @ = count(); }']);
    values[contestant] = spread([await tracer.end()]);
  }
  return { name: 'detach of tracepoint:syscalls:sys_enter_*', unit: 'ms', values, most: 1000 };
}

async function memoryRow(tools: Tools): Promise<Row> {
  const values: Partial<Record<Contestant, Spread>> = {};
  for (const [contestant, { command }] of tools) {
    const tracer = await TracerProcess.start([...command, '-e', 'profile:hz:49 { @[kstack] = count(); }']);
    try {
      values[contestant] = spread([mapBytes(tracer.pid) / 2 ** 20]);
    } finally {
      await tracer.end();
    }
  }
  return { name: 'maps of @[kstack] = count()', unit: 'MiB', values, most: 16 };
}

async function sizeRow({ root }: Bpftrace): Promise<Row> {
  const arch = archs.find((each) => each === process.arch);
  const bundle = arch && (await agentBundles([arch])).get(arch);
  if (!bundle) throw new Error(`the agent is not built for ${process.arch}`);
  const { stdout } = await execute('du', ['-sk', '--one-file-system', root]);
  const values = {
    bpftrace: spread([Number(stdout.split('\t')[0]) / 1024]),
    ours: spread([statSync(bundle).size / 2 ** 20]),
  };
  return { name: 'installed, with all libraries', unit: 'MiB', values, most: 140 };
}
