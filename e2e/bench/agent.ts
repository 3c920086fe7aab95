import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { agentBundles, archs } from '@bpfleet/agent-bundle';
import { AgentService, durationFromMs, type GrpcClient, grpcClient } from '@bpfleet/contracts';
import { Child, Lab } from '@bpfleet/testkit';
import * as grpc from '@grpc/grpc-js';
import { agentScripts } from './agent-scripts.ts';
import { buildProgram } from './build.ts';
import { Load } from './load.ts';
import { mapBytes } from './map-bytes.ts';
import { cpuMs, residentMiB } from './process-usage.ts';
import type { Row } from './row.ts';
import { spread } from './statistics.ts';

type Client = GrpcClient<typeof AgentService>;

/**
 * Until it is at rest, and how long it is watched then: it gives its start's memory back after ten seconds, and V8 collects once more
 * a quarter of a minute later, together some 170 ms that never come again. Milliseconds.
 */
const SETTLE_MS = 40_000;
const IDLE_MS = 60_000;
const DETACH_MS = 500;

/**
 * What an agent costs: the one file that nodes get, enrolled with a controller, asked through its own socket. bpftrace has none to
 * compare with.
 */
export async function benchAgent(rounds: number, tell: (line: string) => void): Promise<Row[]> {
  const bundle = await bundleOfHost();
  const load = await Load.start(await buildProgram('load'));
  const lab = await Lab.start();
  try {
    const agent = await startAgent(lab, bundle);
    const client = grpcClient(AgentService, `unix:${agent.socket}`, grpc.credentials.createInsecure());
    try {
      await client.waitForReady(30_000);
      tell(`the agent at rest, for ${(SETTLE_MS + IDLE_MS) / 1000} s`);
      const rows = await idleRows(agent.child.pid, bundle);
      tell('scripts to attached');
      rows.push(...(await attachRows(client, rounds)));
      tell('detach of hundreds of tracepoints');
      rows.push(await detachRow(client, rounds));
      tell('memory of a script with stacks');
      rows.push(await memoryRow(client, agent.child.pid));
      tell('a million events a second');
      rows.push(...(await eventRows(client, load, tell)));
      return rows;
    } finally {
      client.close();
      await agent.child.stop();
    }
  } finally {
    await load.close();
    await lab.close();
  }
}

async function bundleOfHost(): Promise<string> {
  const arch = archs.find((each) => each === process.arch);
  const bundle = arch && (await agentBundles([arch])).get(arch);
  if (!bundle) throw new Error(`the agent is not built for ${process.arch}`);
  return bundle;
}

async function startAgent(lab: Lab, bundle: string): Promise<{ readonly child: Child; readonly socket: string }> {
  const stateDir = join(lab.dir, 'bench');
  // More than an agent lets through where its owner says nothing.
  const policy = lab.write('bench-policy.yaml', {
    session: { events: 'none', overhead: 'none' },
    node: { overhead: 'none' },
  });
  const config = lab.write('bench.yaml', {
    ...{ stateDir, name: 'bench', controller: `127.0.0.1:${lab.agentsPort}`, joinToken: await lab.joinToken() },
    ...{ logLevel: 'info', policy },
  });
  const child = new Child(bundle, ['agent', '--config', config], { log: join(lab.dir, 'logs/bench.log') });
  lab.agents.set('bench', child);
  await lab.online(1);
  return { child, socket: join(stateDir, 'agent.sock') };
}

async function idleRows(pid: number, bundle: string): Promise<Row[]> {
  await sleep(SETTLE_MS);
  const before = cpuMs(pid);
  await sleep(IDLE_MS);
  const share = (100 * (cpuMs(pid) - before)) / IDLE_MS;
  return [
    {
      name: 'the package, with Node inside',
      unit: 'MiB',
      values: { ours: spread([statSync(bundle).size / 2 ** 20]) },
      most: 140,
    },
    { name: 'at rest, resident', unit: 'MiB', values: { ours: spread([residentMiB(pid)]) }, most: 80 },
    { name: 'at rest, of one CPU', unit: '%', values: { ours: spread([share]) }, most: 0.2 },
  ];
}

const script = (value: string) => ({ source: { case: 'script' as const, value } });

async function attachRows(client: Client, rounds: number): Promise<Row[]> {
  const found = new Map(Object.keys(agentScripts).map((name) => [name, [] as number[]]));
  for (let round = 0; round <= rounds; round++) {
    for (const [name, source] of Object.entries(agentScripts)) {
      const start = performance.now();
      for await (const { item } of client.runTrace({ program: script(source) })) {
        if (item.case !== 'attached') continue;
        // The first round is the agent's start: it reads the kernel's types.
        if (round > 0) found.get(name)?.push(performance.now() - start);
        break;
      }
      // Its end is no part of the next one's beginning: a tracepoint's detaching alone takes tens of milliseconds.
      await sleep(DETACH_MS);
    }
  }
  const rows = [...found].map(
    ([name, samples]): Row => ({
      name: `to attached: ${name}`,
      unit: 'ms',
      values: { ours: spread(samples) },
      most: 100,
    }),
  );
  const all = spread([...found.values()].flat());
  return [...rows, { name: 'to attached: all of these', unit: 'ms', values: { ours: all }, most: 30 }];
}

async function detachRow(client: Client, rounds: number): Promise<Row> {
  const samples: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const program = script('tracepoint:syscalls:sys_enter_* { @ = count(); }');
    const { collectionId } = await client.load({ program });
    await client.attach({ collectionId, deadline: durationFromMs(60_000) });
    const start = performance.now();
    await client.detach({ collectionId });
    samples.push(performance.now() - start);
    await client.unload({ collectionId });
  }
  return {
    name: 'detach of tracepoint:syscalls:sys_enter_*',
    unit: 'ms',
    values: { ours: spread(samples) },
    most: 1000,
  };
}

async function memoryRow(client: Client, pid: number): Promise<Row> {
  const { collectionId } = await client.load({ program: script('profile:hz:49 { @[kstack] = count(); }') });
  try {
    return {
      name: 'maps of @[kstack] = count()',
      unit: 'MiB',
      values: { ours: spread([mapBytes(pid) / 2 ** 20]) },
      most: 16,
    };
  } finally {
    await client.unload({ collectionId });
  }
}

/** What the agent's own account says, held against the number of calls that were made. */
async function eventRows(client: Client, load: Load, tell: (line: string) => void): Promise<Row[]> {
  const made = 2_000_000;
  const source = `tracepoint:syscalls:sys_enter_getppid /pid == ${load.pid}/ { printf("%d\\n", pid); }`;
  const abort = new AbortController();
  let [received, kernel, seen] = [0, 0, 0];
  const watch = (async () => {
    const stream = client.runTrace(
      { program: script(source), timing: { interval: durationFromMs(500) } },
      { signal: abort.signal },
    );
    for await (const { item } of stream) {
      if (item.case === 'attached') seen = performance.now();
      if (item.case !== 'window') continue;
      received += item.value.payload?.events.length ?? 0;
      kernel += Number(item.value.payload?.lost?.kernel ?? 0n);
      seen = performance.now();
    }
  })().catch((error: unknown) => {
    if (!abort.signal.aborted) throw error;
  });
  while (seen === 0) await sleep(10);
  const rate = await load.paced(made, 1_000_000);
  while (received + kernel < made && performance.now() - seen < 10_000) await sleep(100);
  abort.abort();
  await watch;
  tell(`${made} made at ${Math.round(rate / 1000)} k/s, ${received} received, ${kernel} told as lost`);
  return [
    { name: 'events lost at 1 M/s', unit: '%', values: { ours: spread([(100 * (made - received)) / made]) }, most: 0 },
    {
      name: 'events that nobody accounts for',
      unit: '%',
      values: { ours: spread([(100 * (made - received - kernel)) / made]) },
      most: 0,
    },
  ];
}
