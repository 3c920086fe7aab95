import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AgentService,
  type CheckRequest,
  CollectionState,
  decodeMapDelta,
  durationFromMs,
  type GrpcClient,
  grpcClient,
  type RunTraceResponse,
} from '@bpfleet/contracts';
import { createLogger } from '@bpfleet/runtime';
import * as grpc from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { countWindow, type FakeRun, FakeTracing, fakeFacts, printedEvent } from '../fake-tracing.test-kit.ts';
import { type RunningAgent, startAgent } from '../start-agent.ts';
import { maxHeld } from './collections.ts';
import { maxWatchers } from './event-feed.ts';

const log = createLogger({ name: 'agent', level: 'silent' });
let dir: string;
let tracing: FakeTracing;
let agent: RunningAgent;
let client: GrpcClient<typeof AgentService>;

const config = () => ({
  stateDir: dir,
  controller: null,
  name: 'n1',
  labels: { a: 'b' },
  spoolBytes: 1 << 20,
  logLevel: 'silent' as const,
});
const launch = () => startAgent(config(), { tracing: async () => tracing, facts: fakeFacts, log });

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'bpfleet-service-'));
  tracing = new FakeTracing();
  agent = await launch();
  client = grpcClient(AgentService, `unix:${agent.socketPath}`, grpc.credentials.createInsecure());
});
afterEach(async () => {
  client.close();
  await agent.close();
  await rm(dir, { recursive: true });
});

const script = (value: string): NonNullable<CheckRequest['program']> =>
  ({ source: { case: 'script', value } }) as NonNullable<CheckRequest['program']>;
const load = (leaseMs?: number) =>
  client.load({ program: script('BEGIN {}'), ...(leaseMs ? { lease: durationFromMs(leaseMs) } : {}) });
vi.setConfig({ testTimeout: 20_000 });
const until = <T>(check: () => T) => vi.waitFor(check, { timeout: 15_000, interval: 10 });

describe('the socket', () => {
  test('is for the owner and the group, and is gone at the end', async () => {
    expect((await stat(agent.socketPath)).mode & 0o777).toBe(0o660);
    await agent.close();
    await expect(stat(agent.socketPath)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('of an agent that died is taken over; of one that lives it is not', async () => {
    await agent.close();
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(join(dir, 'agent.sock'), resolve));
    await expect(launch()).rejects.toMatchObject({
      code: 'socket_in_use',
      message: expect.stringMatching(/another agent already serves/),
    });
    await new Promise((resolve) => server.close(resolve));
    // What a process that was killed leaves behind: a socket file that nobody listens on.
    const { execFileSync } = await import('node:child_process');
    const leave = `const s=require('net').createServer().listen(${JSON.stringify(join(dir, 'agent.sock'))},()=>process.kill(process.pid,'SIGKILL'))`;
    expect(() => execFileSync(process.execPath, ['-e', leave], { stdio: 'ignore' })).toThrow();
    expect((await stat(join(dir, 'agent.sock'))).isSocket()).toBe(true);
    agent = await launch();
  });

  test('is not put over a file, nor on a path that is too long', async () => {
    await agent.close();
    await writeFile(join(dir, 'file'), '');
    const at = (socket: string) =>
      startAgent({ ...config(), socket }, { tracing: async () => tracing, facts: fakeFacts, log });
    await expect(at(join(dir, 'file'))).rejects.toMatchObject({ code: 'socket_in_use' });
    await expect(at(join(dir, 'x'.repeat(120)))).rejects.toMatchObject({ code: 'invalid_config' });
  });
});

describe('questions', () => {
  test('GetInfo, ListProbes, Check', async () => {
    expect((await client.getInfo({})).node).toMatchObject({
      name: 'n1',
      arch: 'x86-64',
      labels: { a: 'b' },
      features: ['btf'],
      bootEpoch: 1n,
      missing: { kprobe: 'CONFIG_KPROBES is off' },
    });
    expect(await client.listProbes({ pattern: 'x:*' })).toMatchObject({ matched: 7, probes: [{ name: 'x:*' }] });
    expect(await client.check({ program: script('BEGIN {}') })).toMatchObject({ loads: true, probes: 1, mapBytes: 8n });
    expect(await client.check({ program: script('!') })).toMatchObject({ loads: false, reason: 'it does not compile' });
  });

  test('health and reflection answer', async () => {
    const raw = new grpc.Client(`unix:${agent.socketPath}`, grpc.credentials.createInsecure());
    const bytes = (value: Buffer) => value;
    const reply = await new Promise<Buffer | undefined>((resolve, reject) =>
      raw.makeUnaryRequest('/grpc.health.v1.Health/Check', bytes, bytes, Buffer.alloc(0), (error, value) =>
        error ? reject(error) : resolve(value),
      ),
    );
    expect(reply).toEqual(Buffer.from([8, 1]));
    const call = raw.makeBidiStreamRequest('/grpc.reflection.v1.ServerReflection/ServerReflectionInfo', bytes, bytes);
    call.write(Buffer.from([58, 0]));
    call.end();
    const parts: Buffer[] = [];
    for await (const part of call) parts.push(part as Buffer);
    expect(Buffer.concat(parts).toString('latin1')).toContain('bpfleet.agent.v1.AgentService');
    raw.close();
  });
});

describe('errors are a status with one sentence', () => {
  test.each([
    ['no program', () => client.load({}), 'INVALID_ARGUMENT', /a program is required/],
    [
      'a lease of a day',
      () => client.load({ program: script(''), lease: durationFromMs(86_400_000) }),
      'INVALID_ARGUMENT',
      /lease/,
    ],
    [
      'what the verifier refuses',
      () => client.load({ program: script('~') }),
      'FAILED_PRECONDITION',
      /the program is wrong/,
    ],
    [
      'an unknown collection',
      () => client.attach({ collectionId: 'x', deadline: durationFromMs(1_000) }),
      'NOT_FOUND',
      /no collection x/,
    ],
    ['no deadline', () => client.attach({ collectionId: 'x' }), 'INVALID_ARGUMENT', /deadline is required/],
    [
      'a call that does not end',
      async () => {
        for await (const _ of client.runTrace({
          program: script(''),
          timing: { duration: durationFromMs(90_000_000) },
        }));
      },
      'INVALID_ARGUMENT',
      /24 hours/,
    ],
  ])('%s', async (_name, act, code, words) => {
    await expect(act()).rejects.toMatchObject({ code, message: expect.stringMatching(words) });
  });

  test('a script that does not compile says where', async () => {
    await expect(client.load({ program: script('!') })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      details: { reason: 'COMPILE', violations: [{ field: 'program.script:1:9', description: 'unexpected !' }] },
    });
  });

  test('a thousand loads at once find the room that there is, and no more', async () => {
    const loads = await Promise.allSettled(Array.from({ length: 1_000 }, () => load()));
    expect(loads.filter(({ status }) => status === 'fulfilled')).toHaveLength(maxHeld);
    expect(tracing.runs).toHaveLength(maxHeld);
    const reasons = loads.flatMap((each) => (each.status === 'rejected' ? [each.reason.code] : []));
    expect(new Set(reasons)).toEqual(new Set(['RESOURCE_EXHAUSTED']));
  });

  test('a caller who waits no longer leaves nothing behind', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    tracing.slow = promise;
    const waiting = client.load({ program: script('BEGIN {}') }, { deadlineMs: 50 });
    await expect(waiting).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    resolve();
    await until(() => expect(tracing.runs[0]?.state).toBe('closed'));
    expect((await client.list({})).collections).toEqual([]);
  });

  test('more collections than the limit', async () => {
    for (let index = 0; index < maxHeld; index++) await load();
    await expect(load()).rejects.toMatchObject({ code: 'RESOURCE_EXHAUSTED' });
  });
});

describe('a collection', () => {
  test('is loaded, attached, read, detached and unloaded', async () => {
    const { collectionId, maps } = await load();
    expect(maps[0]?.name).toBe('@n');
    const attached = await client.attach({ collectionId, deadline: durationFromMs(60_000) });
    expect(attached.probes).toBe(1);
    const { collections } = await client.list({});
    expect(collections).toMatchObject([
      { id: collectionId, state: CollectionState.ATTACHED, programIds: [1], runTimeNs: 5n, runCount: 2n },
    ]);
    const texts = await client.list({ collectionId, instructions: true });
    expect(texts.collections[0]?.programs).toMatchObject([{ id: 1, name: 'p0', instructions: '   0: (95) exit\n' }]);
    await expect(client.list({ collectionId: 'none' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const map = await client.readMap({ collectionId, map: '@n' });
    expect(map.entries && decodeMapDelta(map.entries).entries).toEqual([{ key: ['k'], cells: new Map([[0, 3n]]) }]);
    await expect(client.readMap({ collectionId, map: '@x' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringMatching(/its maps: @n/),
    });
    await expect(client.attach({ collectionId, deadline: durationFromMs(1) })).rejects.toMatchObject({
      code: 'FAILED_PRECONDITION',
    });
    await client.detach({ collectionId });
    expect(tracing.runs[0]?.state).toBe('detached');
    await expect(client.detach({ collectionId })).rejects.toMatchObject({ code: 'FAILED_PRECONDITION' });
    await client.unload({ collectionId });
    expect(tracing.runs[0]?.state).toBe('closed');
    expect((await client.list({})).collections).toEqual([]);
  });

  test('is detached at its deadline and unloaded after its lease, whoever forgot it', async () => {
    const { collectionId } = await load(300);
    await client.attach({ collectionId, deadline: durationFromMs(100) });
    await until(() => expect(tracing.runs[0]?.states).toEqual(['loaded', 'attached', 'detached', 'closed']));
    await expect(client.unload({ collectionId })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('is given back when the agent ends', async () => {
    await load();
    await agent.close();
    expect(tracing.runs[0]?.state).toBe('closed');
  });
});

describe('WatchEvents', () => {
  async function attachedRun(limits: object = {}) {
    const { collectionId } = await client.load({ program: script('BEGIN {}'), limits });
    await client.attach({ collectionId, deadline: durationFromMs(60_000) });
    return { collectionId, fake: tracing.runs.at(-1) as FakeRun };
  }

  test('events as they come, each once, until the collection is gone', async () => {
    const { collectionId, fake } = await attachedRun();
    const reader = client.watchEvents({ collectionId });
    expect((await reader.next()).value).toMatchObject({ collectionId, events: [], missed: 0n });
    fake.ring.push(...['a', 'b'].map(printedEvent));
    expect((await reader.next()).value).toMatchObject({
      events: [
        { text: 'a', ordinal: 0n },
        { text: 'b', ordinal: 1n },
      ],
    });
    fake.ring.push(printedEvent('c'));
    expect((await reader.next()).value).toMatchObject({ events: [{ text: 'c', ordinal: 2n }], ended: false });
    await client.unload({ collectionId });
    expect((await reader.next()).value).toMatchObject({ events: [], ended: true });
    expect(await reader.next()).toMatchObject({ done: true });
  });

  test('what nobody reads is counted, and what is over the limit as well', async () => {
    const { fake } = await attachedRun({ eventsPerSecond: 3 });
    const lost = async () => (await client.list({})).collections[0]?.lost;
    fake.ring.push(...Array.from({ length: 10 }, () => printedEvent('x')));
    await vi.waitFor(async () => expect(await lost()).toMatchObject({ evicted: 3n, sampledOut: 7n }), {
      timeout: 15_000,
    });
  });

  test('a reader that does not read misses events, which are counted to it, and takes no memory', async () => {
    const { collectionId, fake } = await attachedRun();
    const reader = client.watchEvents({ collectionId });
    await reader.next();
    const rounds = 40;
    const each = 1_000;
    const text = 'x'.repeat(1_000);
    for (let round = 0; round < rounds; round++) {
      fake.ring.push(...Array.from({ length: each }, () => printedEvent(text)));
      await until(() => expect(fake.ring).toHaveLength(0));
    }
    await client.detach({ collectionId });
    await client.unload({ collectionId });
    let got = 0n;
    let missed = 0n;
    let next = 0n;
    for await (const item of reader) {
      // What is missing between two messages was told.
      next += item.missed;
      for (const { ordinal } of item.events) expect(ordinal).toBe(next++);
      got += BigInt(item.events.length);
      missed += item.missed;
    }
    expect(missed).toBeGreaterThan(0n);
    expect(got).toBeLessThan(BigInt(rounds * each) / 2n);
    expect(got + missed).toBe(BigInt(rounds * each));
  });

  test('of all; of one that is not there; and no more readers than there is room for', async () => {
    await expect(client.watchEvents({ collectionId: 'x' }).next()).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const readers = Array.from({ length: maxWatchers }, () => client.watchEvents({}));
    await Promise.all(readers.map((reader) => reader.next()));
    await expect(client.watchEvents({}).next()).rejects.toMatchObject({ code: 'RESOURCE_EXHAUSTED' });
    const { collectionId, fake } = await attachedRun();
    fake.ring.push(printedEvent('a'));
    for (const reader of readers) {
      expect((await reader.next()).value).toMatchObject({ collectionId, events: [{ text: 'a' }] });
    }
    for (const reader of readers) await reader.return();
  });
});

describe('RunTrace', () => {
  const run = (signal?: AbortSignal) =>
    client.runTrace(
      { program: script('BEGIN {}'), timing: { duration: durationFromMs(30_000) } },
      signal ? { signal } : {},
    );
  const running = () => until(() => (tracing.runs[0]?.options ? tracing.runs[0] : expect.fail('not attached yet')));

  test('attached, windows, end', async () => {
    const items: RunTraceResponse['item'][] = [];
    const reading = (async () => {
      for await (const { item } of run()) items.push(item);
    })();
    const fake = await running();
    await fake.emit(countWindow(1_000, 'a', 2n));
    expect((await client.list({})).collections).toMatchObject([{ state: CollectionState.ATTACHED }]);
    await expect(
      client.detach({ collectionId: (await client.list({})).collections[0]?.id ?? '' }),
    ).rejects.toMatchObject({ code: 'FAILED_PRECONDITION' });
    fake.end('exit');
    await reading;
    expect(items.map((item) => item.case)).toEqual(['attached', 'window', 'window', 'end']);
    expect(items[0]?.value).toMatchObject({ probes: 1, maps: [{ name: '@n' }] });
    expect(items[3]?.value).toMatchObject({ reason: 'exit', produced: 2n });
    expect(fake.state).toBe('closed');
  });

  test('a caller that goes away ends the trace', async () => {
    const abort = new AbortController();
    const reading = (async () => {
      for await (const _ of run(abort.signal));
    })();
    const fake = await running();
    abort.abort();
    await expect(reading).rejects.toMatchObject({ code: 'CANCELLED' });
    await until(() => expect(fake.state).toBe('closed'));
    expect((await client.list({})).collections).toEqual([]);
  });

  test('a program that does not compile', async () => {
    const items = client.runTrace({ program: script('!') });
    await expect(items.next()).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', details: { reason: 'COMPILE' } });
  });

  test('a reader that does not read holds the windows back', async () => {
    const items = run();
    await items.next();
    const fake = await running();
    const key = 'x'.repeat(60_000);
    let taken = 0;
    // More than any buffer on the way holds.
    const writing = (async () => {
      for (; taken < 400; taken++) await fake.emit(countWindow(taken, key, 1n));
    })();
    let before = -1;
    while (before !== taken) {
      before = taken;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    expect(taken).toBeLessThan(400);
    let read = 0;
    for (let next = await items.next(); read < 399; next = await items.next())
      if (next.value?.item.case === 'window') read += 1;
    await writing;
    await items.return();
    await until(() => expect(fake.state).toBe('closed'));
  });
});
