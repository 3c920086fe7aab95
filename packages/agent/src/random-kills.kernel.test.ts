import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { durationFromMs, type Frame, timestampFromMs } from '@bpfleet/contracts';
import { isProgramLoaded } from '@bpfleet/kernel';
import { heldPrograms, seed } from '@bpfleet/testkit';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { killed } from './agent-process.test-kit.ts';
import { surroundings } from './played-controller.test-kit.ts';
import { spooledRuns } from './testing/spooled-runs.ts';

/** `BPFLEET_KILLS=200` is what a release is held against. */
const kills = Number(process.env.BPFLEET_KILLS ?? 12);
const around = surroundings();

const frameKey = ({ sessionId, bootEpoch, seq }: Pick<Frame, 'sessionId' | 'bootEpoch' | 'seq'>) =>
  `${sessionId}/${bootEpoch}/${seq}`;

/** The frames that a dead agent's spool holds. */
async function spooledFrames(): Promise<Frame[]> {
  const runs = await spooledRuns(join(around.dir, 'state'));
  for (const { evicted } of runs) expect(evicted).toBe(0n);
  return runs.flatMap(({ frames }) => frames);
}

const measures = (session: string) => around.fleet.frames.some(({ sessionId }) => sessionId === session);

const script = () =>
  `tracepoint:syscalls:sys_enter_getppid /pid == ${around.workload.pid}/ { @n = count(); @by[nsecs / 1000000] = count(); printf("%d\\n", pid); }`;

test(`${kills} kills at random moments: no program is left, what was captured is delivered, once`, async () => {
  around.workload.rate(2_000);
  const [moments = []] = fc.sample(
    fc.array(fc.nat({ max: 900 }), { minLength: kills, maxLength: kills, size: 'max' }),
    {
      seed: seed(),
      numRuns: 1,
    },
  );
  const config = around.agentConfig();
  const owed = new Map<string, Frame>();
  for (const [round, moment] of moments.entries()) {
    const { child } = await around.agents.start(config);
    // Each round has a session of its own: one that was cut short is not taken up again.
    around.fleet.desire({
      sessionId: `s${round}`,
      program: { source: { case: 'script', value: script() } },
      timing: { interval: durationFromMs(100), duration: durationFromMs(60_000) },
      deadline: timestampFromMs(Date.now() + 70_000),
    });
    // Now and then the controller takes frames and says nothing.
    around.fleet.acknowledge = moment % 3 !== 0;
    // Half of them die while they start and attach, the others while they measure, however slow this machine is.
    if (round % 2 === 1) await expect.poll(() => measures(`s${round}`), { timeout: 60_000 }).toBe(true);
    await sleep(moment);
    const programs = heldPrograms(child.pid ?? 0);
    await killed(child);
    await expect.poll(() => [...programs].filter(isProgramLoaded), { timeout: 20_000 }).toEqual([]);
    for (const frame of await spooledFrames()) owed.set(frameKey(frame), frame);
  }
  around.fleet.acknowledge = true;
  around.fleet.desire();
  await around.agents.start(config);
  const got = () => new Map(around.fleet.frames.map((frame) => [frameKey(frame), frame]));
  await expect.poll(() => [...owed.keys()].filter((key) => !got().has(key)), { timeout: 60_000 }).toEqual([]);
  for (const [key, frame] of owed)
    expect(Buffer.compare(got().get(key)?.payload ?? Buffer.alloc(0), frame.payload)).toBe(0);
  expect(owed.size).toBeGreaterThan(0);
  // FakeFleet keeps one of each seq, as the controller does; all that came under one must have been the same.
  for (const { frames } of around.fleet.items('frames')) {
    for (const frame of frames)
      expect(Buffer.compare(got().get(frameKey(frame))?.payload ?? Buffer.alloc(0), frame.payload)).toBe(0);
  }
  // Of every session that was begun there is an account, and it balances: nothing was evicted.
  const begun = new Set(around.fleet.frames.map(({ sessionId }) => sessionId));
  const accounts = () => new Map(around.fleet.manifests.map((manifest) => [manifest.sessionId, manifest]));
  await expect.poll(() => [...begun].filter((session) => !accounts().has(session)), { timeout: 60_000 }).toEqual([]);
  for (const session of begun) {
    const frames = around.fleet.frames.filter(({ sessionId }) => sessionId === session);
    const account = accounts().get(session);
    const stored = frames.reduce((sum, { records }) => sum + BigInt(records), 0n);
    const { kernel = 0n, mapFull = 0n, evicted } = account?.lost ?? {};
    expect([session, account?.produced, evicted]).toEqual([session, stored + kernel + mapFull, 0n]);
    expect(frames.map(({ seq }) => seq).sort((a, b) => Number(a - b))).toEqual(
      frames.map((_, index) => BigInt(index + 1)),
    );
  }
  expect(await readdir('/sys/fs/bpf').catch(() => [])).not.toContain('bpfleet');
  await around.workload.stop();
}, 1_800_000);
