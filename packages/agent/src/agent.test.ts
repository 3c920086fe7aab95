import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { noLoss } from '@bpfleet/aggregate';
import {
  decodeMapDelta,
  durationFromMs,
  FramePayloadSchema,
  fromBinary,
  Manifest_Outcome,
  ObservedAssignment_State,
  timestampFromMs,
} from '@bpfleet/contracts';
import { createLogger } from '@bpfleet/runtime';
import * as grpc from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { FakeFleet, newAuthority } from './fake-fleet.test-kit.ts';
import { countWindow, type FakeRun, FakeTracing, fakeFacts } from './fake-tracing.test-kit.ts';
import { type RunningAgent, startAgent } from './start-agent.ts';

const log = createLogger({ name: 'agent', level: 'silent' });
const times = { pingMs: 50, restingPingMs: 150 };
const secret = 'ab'.repeat(32);

let dir: string;
let fleet: FakeFleet;
let tracing: FakeTracing;
let agents: RunningAgent[] = [];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'bpfleet-agent-'));
  fleet = new FakeFleet(await newAuthority());
  await fleet.start();
  tracing = new FakeTracing();
});
afterEach(async () => {
  for (const agent of agents) await agent.close();
  agents = [];
  fleet.stop();
  await rm(dir, { recursive: true });
});

const token = (pin = fleet.authority.pin) => {
  const text = `bpfj_t1_${secret}_${pin}`;
  fleet.tokens.add(text);
  return text;
};

async function start(
  options: { joinToken?: string; controller?: string; policy?: string } = {},
): Promise<RunningAgent> {
  const agent = await startAgent(
    {
      stateDir: dir,
      controller: options.controller ?? `127.0.0.1:${fleet.port}`,
      ...(options.joinToken ? { joinToken: options.joinToken } : {}),
      name: 'web-1',
      labels: { zone: 'a' },
      spoolBytes: 1 << 20,
      logLevel: 'silent',
      ...(options.policy ? { policy: options.policy } : {}),
    },
    { tracing: async () => tracing, facts: fakeFacts, log, times },
  );
  agents.push(agent);
  return agent;
}

vi.setConfig({ testTimeout: 20_000 });
const until = <T>(check: () => T) => vi.waitFor(check, { timeout: 15_000, interval: 10 });

const assignment = (sessionId: string, script = 'BEGIN {}', deadlineMs = 60_000) => ({
  sessionId,
  program: { source: { case: 'script' as const, value: script } },
  timing: { interval: durationFromMs(1_000), duration: durationFromMs(10_000) },
  deadline: timestampFromMs(Date.now() + deadlineMs),
});

async function attached(sessionId: string, more: object = {}): Promise<FakeRun> {
  fleet.desire({ ...assignment(sessionId), ...more });
  return until(() => {
    const run = tracing.runs.at(-1);
    if (!run?.options) throw new Error('not attached yet');
    return run;
  });
}

/** The sum of @n over all frames of the session, by key. */
function totals(sessionId: string): Record<string, bigint> {
  const sums: Record<string, bigint> = {};
  for (const frame of fleet.frames.filter((each) => each.sessionId === sessionId)) {
    for (const map of fromBinary(FramePayloadSchema, frame.payload).maps) {
      for (const entry of decodeMapDelta(map).entries) {
        const key = String(entry.key[0]);
        sums[key] = (sums[key] ?? 0n) + (entry.cells.get(0) ?? 0n);
      }
    }
  }
  return sums;
}

describe('identity', () => {
  test('enrols once with a token, keeps its files to itself, and needs no token again', async () => {
    const first = await start({ joinToken: token() });
    await until(() =>
      expect(fleet.items('hello')[0]).toMatchObject({ nodeId: 'node-1', node: { name: 'web-1', bootEpoch: 1n } }),
    );
    expect(first.nodeName).toBe('web-1');
    for (const file of ['key.pem', 'certificate.pem', 'ca.pem', 'node.json', 'boot-epoch']) {
      expect((await stat(join(dir, file))).mode & 0o777).toBe(0o600);
    }
    expect((await stat(dir)).mode & 0o777).toBe(0o700);
    const key = await readFile(join(dir, 'key.pem'), 'utf8');
    await first.close();
    await start();
    await until(() => expect(fleet.items('hello').at(-1)?.node?.bootEpoch).toBe(2n));
    expect(await readFile(join(dir, 'key.pem'), 'utf8')).toBe(key);
  });

  test.each([
    ['no token', async () => start(), 'not_enrolled', /join token/],
    ['a text that is no token', async () => start({ joinToken: 'hello' }), 'invalid_token', /bpfj_ID_SECRET_PIN/],
    [
      'a used token',
      async () => start({ joinToken: `bpfj_t9_${secret}_${fleet.authority.pin}` }),
      'token_refused',
      /has been used/,
    ],
    [
      'the pin of another authority',
      async () => start({ joinToken: token('0'.repeat(64)) }),
      'wrong_pin',
      /fingerprint/,
    ],
    [
      'nobody there',
      async () => start({ joinToken: token(), controller: '127.0.0.1:1' }),
      'controller_unreachable',
      /ECONNREFUSED/,
    ],
    ['an address without a port', async () => start({ controller: 'somewhere' }), 'invalid_config', /HOST:PORT/],
  ])('%s: one sentence and a code', async (_name, act, code, words) => {
    await expect(act()).rejects.toMatchObject({ name: 'AgentError', code, message: expect.stringMatching(words) });
  });

  test('a certificate that the controller calls expired is renewed, and the agent comes back with it', async () => {
    fleet.demandRenewal = true;
    await start({ joinToken: token() });
    await until(() => expect(fleet.items('hello')).toHaveLength(1));
    expect(await readFile(join(dir, 'certificate.pem'), 'utf8')).toBe(fleet.renewed[0]);
  });

  test('one agent a state folder', async () => {
    await start({ joinToken: token() });
    await expect(start()).rejects.toMatchObject({ code: 'already_running' });
  });
});

describe('sessions', () => {
  beforeEach(async () => {
    await start({ joinToken: token() });
  });

  test('windows arrive as frames, then the manifest that balances', async () => {
    const run = await attached('s1');
    await until(() => {
      const mine = fleet.items('observed').at(-1)?.assignments[0];
      expect(mine).toMatchObject({ sessionId: 's1', state: ObservedAssignment_State.RUNNING, probes: 1 });
      expect(mine?.maps[0]?.name).toBe('@n');
    });
    await run.emit(countWindow(1_000, 'a', 2n));
    await run.emit({
      ...countWindow(2_000, 'b', 3n),
      lost: { kernel: 4n, sampledOut: 0n, truncated: 1n, evicted: 0n, mapFull: 2n, readFailed: 3n },
    });
    await run.emit({ ...countWindow(3_000, 'none', 0n), maps: [] });
    run.end('duration');
    const manifest = await until(() => fleet.manifests[0] ?? expect.fail('no manifest yet'));
    expect(totals('s1')).toEqual({ a: 2n, b: 3n, last: 1n });
    expect(fleet.frames.map((frame) => frame.seq)).toEqual([1n, 2n, 3n]);
    expect(manifest).toMatchObject({
      sessionId: 's1',
      bootEpoch: 1n,
      firstSeq: 1n,
      lastSeq: 3n,
      produced: 3n + 4n + 2n,
      lost: { kernel: 4n, mapFull: 2n, truncated: 1n, evicted: 0n, readFailed: 3n },
      outcome: Manifest_Outcome.COMPLETE,
      overhead: 0.01,
    });
    expect(run.state).toBe('closed');
    await until(() => expect(fleet.items('observed').at(-1)?.assignments).toEqual([]));
    expect(tracing.runs).toHaveLength(1);
  });

  test('with a time to start it is loaded at once, and attached then', async () => {
    const startAt = Date.now() + 500;
    fleet.desire({ ...assignment('s1'), startAt: timestampFromMs(startAt) });
    const run = await until(() => tracing.runs.at(-1) ?? expect.fail('not loaded yet'));
    expect(run.state).toBe('loaded');
    await until(() => expect(run.state).toBe('attached'));
    // The fleet's clock is known to some milliseconds.
    expect(Date.now()).toBeGreaterThan(startAt - 100);
  });

  test('one that is called off before its time to start never attaches', async () => {
    fleet.desire({ ...assignment('s1'), startAt: timestampFromMs(Date.now() + 3_600_000) });
    const run = await until(() => tracing.runs.at(-1) ?? expect.fail('not loaded yet'));
    fleet.desire();
    const manifest = await until(() => fleet.manifests[0] ?? expect.fail('no manifest yet'));
    expect(manifest).toMatchObject({
      outcome: Manifest_Outcome.FAILED,
      reason: 'cancelled before it was attached',
    });
    expect(run.states).toEqual(['loaded', 'closed']);
  });

  test('a session that is not desired any more ends cleanly; the same desired state again does nothing', async () => {
    const run = await attached('s1');
    fleet.desire(assignment('s1'));
    fleet.send({ case: 'desired', value: { revision: 0n, assignments: [] } });
    await run.emit(countWindow(1_000, 'a', 1n));
    expect(run.state).toBe('attached');
    fleet.desire();
    const manifest = await until(() => fleet.manifests[0] ?? expect.fail('no manifest yet'));
    expect(manifest).toMatchObject({ outcome: Manifest_Outcome.PARTIAL, reason: 'cancelled', lastSeq: 2n });
    expect(totals('s1')).toEqual({ a: 1n, last: 1n });
    expect(tracing.runs).toHaveLength(1);
  });

  test('a program that does not compile, and a deadline that has passed, are never attached', async () => {
    fleet.desire(assignment('bad', '!x'), assignment('late', 'BEGIN {}', -1));
    await until(() => expect(fleet.manifests).toHaveLength(2));
    const of = (id: string) => fleet.manifests.find((manifest) => manifest.sessionId === id);
    expect(of('bad')).toMatchObject({ outcome: Manifest_Outcome.FAILED, produced: 0n, lastSeq: 0n });
    expect(of('bad')?.diagnostics[0]).toMatchObject({ line: 1, column: 9, message: 'unexpected !' });
    expect(of('late')).toMatchObject({ outcome: Manifest_Outcome.FAILED, reason: 'deadline passed' });
    expect(tracing.runs).toHaveLength(0);
  });

  test('the agent detaches at the deadline by itself', async () => {
    fleet.desire(assignment('s1', 'BEGIN {}', 300));
    const manifest = await until(() => fleet.manifests[0] ?? expect.fail('no manifest yet'));
    expect(manifest.outcome).toBe(Manifest_Outcome.PARTIAL);
    expect(manifest.reason).toMatch(/^deadline reached; \S+ s of 10 s measured$/);
    expect(tracing.runs[0]?.state).toBe('closed');
  });

  test('without a controller it measures on, and delivers when it is back, each frame once', async () => {
    const run = await attached('s1');
    await run.emit(countWindow(1_000, 'a', 1n));
    await until(() => expect(fleet.frames).toHaveLength(1));
    const port = fleet.port;
    fleet.stop();
    await run.emit(countWindow(2_000, 'a', 10n));
    run.end('duration');
    await fleet.start(port);
    const manifest = await until(() => fleet.manifests[0] ?? expect.fail('no manifest yet'));
    expect(manifest).toMatchObject({ outcome: Manifest_Outcome.COMPLETE, produced: 3n, lastSeq: 3n });
    expect(totals('s1')).toEqual({ a: 11n, last: 1n });
  });

  test('frames that were never acknowledged are sent again on the next connection', async () => {
    fleet.acknowledge = false;
    const run = await attached('s1');
    await run.emit(countWindow(1_000, 'a', 1n));
    await until(() => expect(fleet.frames).toHaveLength(1));
    fleet.frames.length = 0;
    fleet.acknowledge = true;
    fleet.streams.at(-1)?.end();
    await until(() => expect(fleet.frames).toHaveLength(1));
    expect(totals('s1')).toEqual({ a: 1n });
    expect(fleet.items('hello').at(-1)?.spooledSessions).toEqual(['s1']);
  });

  test('a refused frame is replaced by an empty one and counted as evicted', async () => {
    fleet.refuse = (frame) => frame.seq === 1n && frame.records > 0;
    const run = await attached('s1');
    await run.emit(countWindow(1_000, 'a', 1n));
    run.end('exit');
    const manifest = await until(() => fleet.manifests[0] ?? expect.fail('no manifest yet'));
    expect(manifest).toMatchObject({ produced: 2n, lost: { evicted: 1n }, lastSeq: 2n });
    expect(totals('s1')).toEqual({ last: 1n });
    const empty = fleet.frames.find((frame) => frame.seq === 1n);
    expect(fromBinary(FramePayloadSchema, empty?.payload ?? new Uint8Array()).lost?.evicted).toBe(1n);
  });

  test('a clean stop ends the session with what was measured, delivered by the next process', async () => {
    fleet.acknowledge = false;
    const run = await attached('s1');
    await run.emit(countWindow(1_000, 'a', 1n));
    await agents[0]?.close();
    expect(run.state).toBe('closed');
    fleet.manifests.length = 0;
    fleet.acknowledge = true;
    await start();
    const manifest = await until(() => fleet.manifests[0] ?? expect.fail('no manifest yet'));
    expect(manifest).toMatchObject({ bootEpoch: 1n, outcome: Manifest_Outcome.PARTIAL, produced: 2n });
    expect(manifest.reason).toMatch(/^agent was stopped; \S+ s of 10 s measured$/);
    // It is still desired, but was measured already.
    expect(tracing.runs).toHaveLength(1);
  });

  test('questions on the stream are answered', async () => {
    const program = { source: { case: 'script' as const, value: '!x' } };
    await until(() => expect(fleet.streams).toHaveLength(1));
    fleet.send({ case: 'check', value: { requestId: 5n, request: { program } } });
    fleet.send({ case: 'check', value: { requestId: 6n, request: {} } });
    fleet.send({ case: 'probes', value: { requestId: 7n, request: { pattern: 'tracepoint:*' } } });
    await until(() => {
      expect(fleet.items('check').find((answer) => answer.requestId === 5n)?.response).toMatchObject({
        loads: false,
        reason: 'it does not compile',
      });
      expect(fleet.items('check').find((answer) => answer.requestId === 6n)?.error).toBe(
        'program: a program is required: a script or an object',
      );
      expect(fleet.items('probes')[0]).toMatchObject({
        requestId: 7n,
        response: { matched: 7, probes: [{ name: 'tracepoint:*' }] },
      });
    });
  });

  test('a controller that says nothing any more is left and dialled again', async () => {
    await until(() => expect(fleet.items('ping').length).toBeGreaterThan(1));
    fleet.answerPings = false;
    await until(() => expect(fleet.items('hello').length).toBeGreaterThan(1));
  });

  test('an agent at rest pings less often, and says so; with a session it pings as often as it said', async () => {
    const told = () => fleet.items('ping').map(({ nextMs }) => nextMs);
    await until(() => expect(told().slice(0, 3)).toEqual([times.pingMs, times.restingPingMs, times.restingPingMs]));
    const run = await attached('s1');
    await until(() => expect(told().slice(-2)).toEqual([times.pingMs, times.pingMs]));
    expect(run.options).toBeDefined();
  });

  test('a controller that refuses the certificate is not dialled again soon', async () => {
    await until(() => expect(fleet.streams).toHaveLength(1));
    fleet.rejectWith = grpc.status.PERMISSION_DENIED;
    fleet.streams.at(-1)?.end();
    const warned = vi.spyOn(log, 'error');
    await until(() =>
      expect(warned).toHaveBeenCalledWith(
        expect.objectContaining({ reason: 'the certificate was revoked' }),
        expect.stringMatching(/refuses this node/),
      ),
    );
    expect(warned.mock.calls[0]?.[0]).toMatchObject({ waitMs: expect.toSatisfy((ms: number) => ms >= 15_000) });
    warned.mockRestore();
  });

  test('windows are in the time of the fleet', async () => {
    fleet.clockAheadMs = 5_000;
    const run = await attached('s1');
    await until(() => expect(run.options?.clockOffsetMs?.()).toBeGreaterThan(4_000));
  });
});

describe('guard', () => {
  test('the guard ends a session that costs too much, at once also while a window is written, and says why', async () => {
    await start({ joinToken: token() });
    const run = await attached('s1', { limits: { overhead: 0.01 } });
    for (const share of [0.031, 0.031, 0.031]) run.options?.onOverhead?.(share);
    expect(run.options?.signal?.aborted).toBe(true);
    await until(() => expect(fleet.manifests).toHaveLength(1));
    expect(fleet.manifests[0]).toMatchObject({
      outcome: Manifest_Outcome.PARTIAL,
      reason: expect.stringMatching(/^guard: overhead 3\.1 % over the limit of 1 %; [\d.]+ s of \d+ s measured$/),
    });
  });

  test("the node's own policy wins: what it refuses is never attached, and what it comes to refuse is ended", async () => {
    const policy = join(dir, 'policy.yaml');
    await writeFile(policy, 'session: {map: 1KiB}\ndeny: {functions: [kstack]}');
    await start({ joinToken: token(), policy });
    await attached('s1', { program: { source: { case: 'script', value: 'count' } }, limits: { mapBytes: 1n << 30n } });
    expect(tracing.limits).toMatchObject([{ mapBytes: 1024, denied: { probes: [], functions: ['kstack'] } }]);
    await writeFile(policy, 'deny: {functions: [count]}');
    await until(() => expect(fleet.manifests).toHaveLength(1));
    expect(fleet.manifests[0]?.reason).toMatch(/^guard: the policy of this node has changed: count is forbidden; /);
    await writeFile(policy, 'deny: {');
    fleet.desire(assignment('s2'));
    await until(() => expect(fleet.manifests).toHaveLength(2));
    expect(fleet.manifests[1]).toMatchObject({
      outcome: Manifest_Outcome.FAILED,
      reason: expect.stringMatching(/^guard: this node's policy cannot be used, so nothing new runs here: /),
    });
    fleet.send({ case: 'check', value: { requestId: 1n, request: { program: assignment('x').program } as never } });
    await until(() => expect(fleet.items('check')[0]?.response).toMatchObject({ loads: false }));
  });

  test('events over a limit are in the account with a reason', async () => {
    await start({ joinToken: token() });
    const run = await attached('s1', { limits: { eventsPerSecond: 10 } });
    expect(run.options?.eventsPerSecond?.()).toBe(10);
    await run.emit({ ...countWindow(1_000, 'a', 1n), lost: { ...noLoss(), sampledOut: 7n } });
    run.lost = { ...noLoss(), sampledOut: 7n };
    run.end('duration');
    await until(() => expect(fleet.manifests).toHaveLength(1));
    expect(fleet.manifests[0]).toMatchObject({
      outcome: Manifest_Outcome.PARTIAL,
      reason: 'guard: 7 events over the limit of 10/s were left out',
      produced: 9n,
      lost: { sampledOut: 7n },
    });
  });
});

test('a spool of a killed agent: its frames, then a manifest of the old epoch that says how far it came', async () => {
  // The kill is a second agent on a copy of the state folder as it was in mid-session.
  const agent = await start({ joinToken: token() });
  fleet.acknowledge = false;
  const run = await attached('s1');
  await run.emit({
    ...countWindow(Date.now(), 'a', 2n),
    lost: { kernel: 3n, sampledOut: 0n, truncated: 0n, evicted: 0n, mapFull: 0n, readFailed: 0n },
  });
  const { cp } = await import('node:fs/promises');
  const copy = `${dir}-copy`;
  await cp(dir, copy, { recursive: true, filter: (path) => !path.endsWith('.sock') && !path.endsWith('lock') });
  await agent.close();
  fleet.frames.length = 0;
  fleet.manifests.length = 0;
  fleet.acknowledge = true;
  const original = dir;
  try {
    dir = copy;
    await start();
    const manifest = await until(() => fleet.manifests[0] ?? expect.fail('no manifest yet'));
    expect(manifest).toMatchObject({
      bootEpoch: 1n,
      outcome: Manifest_Outcome.PARTIAL,
      produced: 4n,
      lastSeq: 1n,
      lost: { kernel: 3n },
    });
    expect(manifest.reason).toMatch(/^agent was killed at about \S+; 1(\.\d)? s of 10 s measured$/);
    expect(manifest.maps[0]?.name).toBe('@n');
    expect(totals('s1')).toEqual({ a: 2n });
    expect(fleet.items('hello').at(-1)?.node?.bootEpoch).toBe(2n);
    expect(tracing.runs).toHaveLength(1);
  } finally {
    for (const each of agents) await each.close();
    dir = original;
    await rm(copy, { recursive: true });
  }
});

test('a controller that is no TLS server at all is unreachable, not a hang', async () => {
  const plain: Server = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
  await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve));
  const { port } = plain.address() as { port: number };
  try {
    await expect(start({ joinToken: token(), controller: `127.0.0.1:${port}` })).rejects.toMatchObject({
      code: 'controller_unreachable',
    });
  } finally {
    plain.close();
  }
});
