import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  decodeMapDelta,
  durationFromMs,
  FramePayloadSchema,
  fromBinary,
  Manifest_Outcome,
  type MapDelta,
  ObservedAssignment_State,
  timestampFromMs,
} from '@bpfleet/contracts';
import { isProgramLoaded } from '@bpfleet/kernel';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { AgentProcesses, killed } from './agent-process.test-kit.ts';
import { FakeFleet, newAuthority } from './fake-fleet.test-kit.ts';

let dir: string;
const agents = new AgentProcesses();

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'bpfleet-kernel-'));
});
afterEach(async () => {
  await agents.close();
  await rm(dir, { recursive: true });
});

const startAgentProcess = (config: object) => agents.start({ stateDir: dir, ...config });

const script = (value: string) => ({ source: { case: 'script' as const, value } });
const getppid = `tracepoint:syscalls:sys_enter_getppid /pid == ${process.pid}/ { @n = count(); }`;

/** Each read of process.ppid is one system call. */
function callGetppid(times: number): void {
  for (let index = 0; index < times; index++) void process.ppid;
}

const sumOf = (maps: readonly MapDelta[]): bigint =>
  maps.flatMap((map) => decodeMapDelta(map).entries).reduce((sum, entry) => sum + (entry.cells.get(0) ?? 0n), 0n);

test('RunTrace counts exactly, and the process holds no program afterwards', async () => {
  const { client } = await startAgentProcess({});
  let counted = 0n;
  let programs: number[] = [];
  for await (const { item } of client.runTrace({
    program: script(getppid),
    timing: { interval: durationFromMs(300), duration: durationFromMs(1_500) },
  })) {
    if (item.case === 'attached') {
      programs = (await client.list({})).collections.flatMap((collection) => collection.programIds);
      expect(programs.every(isProgramLoaded)).toBe(true);
      const texts = (await client.list({ instructions: true })).collections.flatMap(
        (collection) => collection.programs,
      );
      expect(texts.map(({ id }) => id)).toEqual(programs);
      for (const { instructions } of texts) expect(instructions).toMatch(/^ +0: \([0-9a-f]{2}\) .*\(95\) exit\n$/s);
      callGetppid(12_345);
    }
    if (item.case === 'window') counted += sumOf(item.value.payload?.maps ?? []);
    if (item.case === 'end') expect(item.value.lost).toMatchObject({ kernel: 0n, mapFull: 0n });
  }
  expect(counted).toBe(12_345n);
  expect(programs.length).toBeGreaterThan(0);
  await expect.poll(() => programs.some(isProgramLoaded), { timeout: 10_000 }).toBe(false);
});

test('Load, Attach, ReadMap, and a deadline that detaches alone', async () => {
  const { client } = await startAgentProcess({});
  const { collectionId } = await client.load({ program: script(getppid) });
  callGetppid(10);
  await client.attach({ collectionId, deadline: durationFromMs(3_000) });
  callGetppid(1_000);
  const { entries } = await client.readMap({ collectionId, map: '@n' });
  expect(sumOf(entries ? [entries] : [])).toBe(1_000n);
  await expect.poll(async () => (await client.list({})).collections[0]?.deadline, { timeout: 20_000 }).toBeUndefined();
  callGetppid(50);
  const after = await client.readMap({ collectionId, map: '@n' });
  expect(sumOf(after.entries ? [after.entries] : [])).toBe(1_000n);
  const refused = client.check({ program: script('tracepoint:no:such { @n = count(); }') });
  expect(await refused).toMatchObject({ loads: false, diagnostics: [{ line: 1 }] });
});

test('kill -9 in mid-session leaves no program; the agent comes back as itself and says how far it came', async () => {
  const fleet = new FakeFleet(await newAuthority());
  await fleet.start();
  try {
    const joinToken = `bpfj_t1_${'cd'.repeat(32)}_${fleet.authority.pin}`;
    fleet.tokens.add(joinToken);
    const controller = `127.0.0.1:${fleet.port}`;
    const first = await startAgentProcess({ controller, joinToken });
    fleet.desire({
      sessionId: 's1',
      program: script(getppid),
      timing: { interval: durationFromMs(200), duration: durationFromMs(60_000) },
      deadline: timestampFromMs(Date.now() + 70_000),
    });
    const state = () => fleet.items('observed').at(-1)?.assignments[0]?.state;
    await expect.poll(state, { timeout: 20_000 }).toBe(ObservedAssignment_State.RUNNING);
    const programs = (await first.client.list({})).collections.flatMap((collection) => collection.programIds);
    expect(programs.length).toBeGreaterThan(0);
    callGetppid(777);
    const total = () =>
      fleet.frames.reduce((sum, frame) => sum + sumOf(fromBinary(FramePayloadSchema, frame.payload).maps), 0n);
    await expect.poll(total, { timeout: 10_000 }).toBe(777n);
    const key = await readFile(join(dir, 'key.pem'), 'utf8');

    await killed(first.child);
    await expect.poll(() => programs.some(isProgramLoaded), { timeout: 10_000 }).toBe(false);

    const second = await startAgentProcess({ controller });
    await expect.poll(() => fleet.manifests.length, { timeout: 20_000 }).toBe(1);
    expect(fleet.manifests[0]).toMatchObject({ sessionId: 's1', bootEpoch: 1n, outcome: Manifest_Outcome.PARTIAL });
    expect(fleet.manifests[0]?.reason).toMatch(/^agent was killed at about .* of 60 s measured$/);
    expect(fleet.manifests[0]?.produced).toBe(fleet.frames.reduce((sum, frame) => sum + BigInt(frame.records), 0n));
    expect(total()).toBe(777n);
    expect((await second.client.getInfo({})).node?.bootEpoch).toBe(2n);
    expect((await second.client.list({})).collections).toEqual([]);
    expect(await readFile(join(dir, 'key.pem'), 'utf8')).toBe(key);
  } finally {
    fleet.stop();
  }
});
