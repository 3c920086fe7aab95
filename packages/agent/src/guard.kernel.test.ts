import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { lostRecords } from '@bpfleet/aggregate';
import {
  CollectionState,
  decodeLoss,
  decodeMapDelta,
  durationFromMs,
  FramePayloadSchema,
  fromBinary,
  type Manifest,
  Manifest_Outcome,
  timestampFromMs,
} from '@bpfleet/contracts';
import { expect, test } from 'vitest';
import { surroundings } from './played-controller.test-kit.ts';

const around = surroundings();
const start = (config: object = {}) => around.agents.start({ ...around.agentConfig(), ...config });
const probe = () => `tracepoint:syscalls:sys_enter_getppid /pid == ${around.workload.pid}/`;
const script = (value: string) => ({ source: { case: 'script' as const, value } });

/** A session of one minute, which nothing but the guard or the workload's end cuts short. */
async function begin(sessionId: string, source: string, limits: object = {}): Promise<void> {
  around.fleet.desire({
    sessionId,
    program: script(source),
    timing: { interval: durationFromMs(500), duration: durationFromMs(60_000) },
    deadline: timestampFromMs(Date.now() + 70_000),
    limits,
  });
  await expect
    .poll(
      () => around.fleet.items('observed').some(({ assignments }) => assignments.some(({ attachedAt }) => attachedAt)),
      {
        timeout: 20_000,
      },
    )
    .toBe(true);
}

async function manifest(): Promise<Manifest> {
  await expect.poll(() => around.fleet.manifests.length, { timeout: 30_000 }).toBe(1);
  const [first] = around.fleet.manifests;
  if (!first) throw new Error('no manifest');
  const stored = around.fleet.frames.reduce((sum, frame) => sum + BigInt(frame.records), 0n);
  expect(first.produced).toBe(stored + lostRecords(decodeLoss(first.lost)));
  return first;
}

const payloads = () => around.fleet.frames.map(({ payload }) => fromBinary(FramePayloadSchema, payload));
const seconds = ({ startedAt, endedAt }: Manifest) => Number((endedAt?.seconds ?? 0n) - (startedAt?.seconds ?? 0n));

test('programs that cost more than their limit are ended, with what they had counted', async () => {
  await start();
  around.workload.rate(100_000);
  await begin('s1', `${probe()} { @n = count(); @[kstack] = count(); }`, { overhead: 0.005 });
  const account = await manifest();
  const made = BigInt(await around.workload.stop());
  expect(account).toMatchObject({
    outcome: Manifest_Outcome.PARTIAL,
    reason: expect.stringMatching(/^guard: overhead [\d.]+ % over the limit of 0\.5 %; [\d.]+ s of 60 s measured$/),
  });
  expect(account.overhead).toBeGreaterThan(0.005);
  expect(seconds(account)).toBeLessThan(30);
  const counted = payloads()
    .flatMap(({ maps }) => maps.filter(({ map }) => map === 0))
    .flatMap((map) => decodeMapDelta(map).entries)
    .reduce((sum, entry) => sum + (entry.cells.get(0) ?? 0n), 0n);
  expect(counted).toBeGreaterThan(0n);
  expect(counted).toBeLessThanOrEqual(made);
  expect(decodeLoss(account.lost)).toMatchObject({ kernel: 0n, mapFull: 0n, sampledOut: 0n });
});

test('a flood of events is thinned to the limit, and each is stored or counted', async () => {
  await start();
  const before = await around.workload.calls(0);
  await begin('s1', `${probe()} { printf("%d\\n", pid); }`, { eventsPerSecond: 500 });
  const made = (await around.workload.calls(300_000)) - before;
  around.fleet.desire();
  const account = await manifest();
  const events = payloads().reduce((sum, payload) => sum + payload.events.length, 0);
  const lost = decodeLoss(account.lost);
  expect(BigInt(events) + lost.sampledOut + lost.kernel).toBe(BigInt(made));
  expect(events).toBeGreaterThan(0);
  expect(events).toBeLessThanOrEqual(500 * (seconds(account) + 2));
  expect(account.reason).toBe(`cancelled; guard: ${lost.sampledOut} events over the limit of 500/s were left out`);
});

test('a map that grows without an end stays within its memory, and what found no room is counted', async () => {
  const policy = join(around.dir, 'policy.yaml');
  await writeFile(policy, 'session: { map: 1MiB }');
  const { client } = await start({ policy });
  const growth = `${probe()} { @[nsecs] = count(); }`;
  await begin('s1', `config = { max_map_keys = 1000 } ${growth}`, { mapBytes: 1n << 40n });
  const { collections } = await client.list({});
  expect(collections[0]?.mapBytes).toBeLessThanOrEqual(1n << 20n);
  const before = await around.workload.calls(0);
  const made = (await around.workload.calls(50_000)) - before;
  await expect.poll(async () => (await client.list({})).collections[0]?.lost?.mapFull).toBe(BigInt(made - 1000));
  around.fleet.desire();
  const account = await manifest();
  expect(account).toMatchObject({ produced: BigInt(made), lost: { mapFull: BigInt(made - 1000) } });
  const refused = client.load({ program: script(`config = { max_map_keys = 10000000 } ${growth}`) });
  await expect(refused).rejects.toMatchObject({
    code: 'RESOURCE_EXHAUSTED',
    message: expect.stringMatching(/maps may take \d+ bytes; at most 1048576 are allowed/),
  });
});

test("the guard also ends what was loaded by hand, and says so in List; the node's policy is what counts", async () => {
  const policy = join(around.dir, 'policy.yaml');
  await writeFile(policy, "node: { overhead: 0.5% }\ndeny: { probes: ['tracepoint:sched:*'], functions: [kaddr] }");
  const { client } = await start({ policy });
  for (const source of ['tracepoint:sched:sched_switch { @ = count(); }', 'BEGIN { print(kaddr("do_exit")); }']) {
    await expect(client.load({ program: script(source) })).rejects.toMatchObject({
      code: 'PERMISSION_DENIED',
      message: expect.stringMatching(/this node's policy forbids the (probe|function)/),
    });
    expect(await client.check({ program: script(source) })).toMatchObject({ loads: false });
  }
  const { collectionId } = await client.load({ program: script(`${probe()} { @[kstack] = count(); }`) });
  await client.attach({ collectionId, deadline: durationFromMs(60_000) });
  around.workload.rate(100_000);
  const collection = async () => (await client.list({})).collections[0];
  await expect.poll(async () => (await collection())?.state, { timeout: 20_000 }).toBe(CollectionState.DETACHED);
  expect((await collection())?.reason).toMatch(
    /^guard: all sessions of this node together cost .* over its limit of 0\.5 %/,
  );
  await around.workload.stop();
});
