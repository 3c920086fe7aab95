import { randomUUID } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase } from '../database/data-source.ts';
import { startTestServer, type TestServer } from '../testing/test-controller.ts';
import type { MissedPolicy } from './decide-due.ts';
import type { OverlapPolicy } from './decide-overlap.ts';
import { FiringRepository, leaseMs } from './firing.repository.ts';
import type { FiringKey } from './firing.ts';
import { ScheduleRepository } from './schedule.repository.ts';
import type { Timing } from './timing.ts';

const start = Date.UTC(2026, 0, 1);
const at = (seconds: number) => new Date(start + seconds * 1_000);
const everyMinute: Timing = { kind: 'every', everyMs: 60_000, anchor: start };

let server: TestServer;
let database: DataSource;
let others: DataSource[];
/** Those of three controllers, each with connections of its own. */
let controllers: FiringRepository[];
let schedules: ScheduleRepository;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());
beforeEach(async () => {
  const { url, source } = await server.database();
  database = source;
  others = await Promise.all([openDatabase(url), openDatabase(url)]);
  controllers = [database, ...others].map((each) => new FiringRepository(each));
  schedules = new ScheduleRepository(database);
  return async () => {
    await Promise.all(others.map((each) => each.destroy()));
  };
});

interface Given {
  readonly timing?: Timing;
  readonly overlap?: OverlapPolicy;
  readonly missed?: MissedPolicy;
  readonly due?: Date;
}

async function schedule(given: Given = {}): Promise<string> {
  const id = randomUUID();
  await schedules.insert(database.manager, {
    id,
    name: '',
    timing: given.timing ?? everyMinute,
    overlap: given.overlap ?? 'skip',
    missed: given.missed ?? 'skip',
    programSource: 'BEGIN { }',
    programObject: null,
    programDigest: '',
    request: {
      kind: 'script',
      selector: 'all',
      durationMs: 1000,
      intervalMs: 1000,
      mapBytes: 0,
      probes: 0,
      overhead: 0,
      eventsPerSecond: 0,
    },
    tokenId: 't',
    idempotencyKey: null,
    requestDigest: '',
    createdAt: at(0),
    pausedAt: null,
    nextDue: given.due ?? at(60),
  });
  return id;
}

/** The session of a firing, as it is stored. */
async function session({ scheduleId, due }: FiringKey, ended: Date | null): Promise<string> {
  const id = randomUUID();
  await database.query(
    `insert into session (id, state, program_source, program_digest, selector, interval_ms, duration_ms, map_bytes, probes,
       overhead, events_per_second, warnings, created_at, deadline, ended_at, token_id, request_digest, schedule_id, scheduled_for)
     values ($1, 'running', '', '', 'all', 1000, 1000, 0, 0, 0, 0, '[]', $2, $2, $3, 't', '', $4, $2)`,
    [id, due, ended, scheduleId],
  );
  return id;
}

const [one, two] = [() => controllers[0] as FiringRepository, () => controllers[1] as FiringRepository];

/** All that a controller may start at `now`. */
async function drain(controller: FiringRepository, now: Date): Promise<FiringKey[]> {
  const claimed: FiringKey[] = [];
  for (let next = await controller.decideNext(now); next !== undefined; next = await controller.decideNext(now)) {
    if (next !== null) claimed.push(next);
  }
  return claimed;
}

async function states(id: string) {
  const firings = await schedules.firings(id, 100, null);
  return firings.reverse().map(({ due, state }) => [(due.getTime() - start) / 1000, state]);
}

describe('several controllers', () => {
  it('claim every instant of many schedules once', async () => {
    const ids = await Promise.all(Array.from({ length: 40 }, () => schedule({ overlap: 'replace' })));
    for (const minute of [1, 2, 3]) {
      const claims = (await Promise.all(controllers.map((each) => drain(each, at(minute * 60))))).flat();
      expect(claims.map(({ scheduleId }) => scheduleId).sort()).toEqual([...ids].sort());
      expect(new Set(claims.map(({ due }) => due.getTime()))).toEqual(new Set([at(minute * 60).getTime()]));
    }
  });

  it('start what one of them waited for once', async () => {
    const id = await schedule({ overlap: 'queue' });
    const [first] = await drain(one(), at(60));
    const running = await session(first as FiringKey, null);
    await one().started(first as FiringKey, running);
    expect(await drain(two(), at(120))).toEqual([]);
    expect(await Promise.all(controllers.map((each) => each.claimWaiting(at(121))))).toEqual(Array(3).fill(undefined));
    await database.query('update session set ended_at = $2 where id = $1', [running, at(125)]);
    const claims = await Promise.all(controllers.map((each) => each.claimWaiting(at(126))));
    expect(claims.filter((claim) => claim !== undefined)).toEqual([{ scheduleId: id, due: at(120) }]);
    expect(await states(id)).toEqual([
      [60, 'started'],
      [120, 'starting'],
    ]);
  });

  it('take over what one of them did not start, once a lease', async () => {
    const id = await schedule();
    expect(await drain(one(), at(60))).toEqual([{ scheduleId: id, due: at(60) }]);
    const take = async (now: Date) =>
      (await Promise.all(controllers.map((each) => each.claimAbandoned(now, 8)))).flat();
    expect(await take(new Date(at(60).getTime() + leaseMs))).toEqual([]);
    expect(await take(new Date(at(60).getTime() + leaseMs + 1))).toEqual([{ scheduleId: id, due: at(60) }]);
    expect(await take(new Date(at(60).getTime() + leaseMs + 2))).toEqual([]);
  });
});

describe('a schedule', () => {
  it('does not fire an instant again after the clock was set back', async () => {
    const id = await schedule({ overlap: 'replace' });
    expect(await drain(one(), at(60))).toHaveLength(1);
    expect(await drain(one(), at(-3600))).toEqual([]);
    // Resumed by that clock, it is due once more at an instant that it has fired.
    await schedules.pause(database.manager, id, at(-3600));
    await schedules.resume(database.manager, id, at(60));
    expect(await drain(one(), at(60))).toEqual([]);
    expect(await drain(one(), at(120))).toEqual([{ scheduleId: id, due: at(120) }]);
  });

  it.each<[MissedPolicy, [number, string][]]>([
    ['skip', [[60, 'missed']]],
    [
      'run-once',
      [
        [60, 'missed'],
        [300, 'starting'],
      ],
    ],
  ])('that nobody looked at for minutes: %s', async (missed, expected) => {
    const id = await schedule({ missed });
    await drain(one(), at(345));
    expect(await states(id)).toEqual(expected);
    expect((await schedules.find(id))?.nextDue).toEqual(at(360));
  });

  it.each<[OverlapPolicy, [number, string][]]>([
    [
      'skip',
      [
        [60, 'started'],
        [120, 'skipped'],
        [180, 'skipped'],
      ],
    ],
    [
      'queue',
      [
        [60, 'started'],
        [120, 'waiting'],
        [180, 'skipped'],
      ],
    ],
    [
      'replace',
      [
        [60, 'started'],
        [120, 'starting'],
        [180, 'starting'],
      ],
    ],
  ])('while its session runs: %s', async (overlap, expected) => {
    const id = await schedule({ overlap });
    const [first] = (await drain(one(), at(60))) as [FiringKey];
    await one().started(first, await session(first, null));
    await drain(one(), at(120));
    await drain(one(), at(180));
    expect(await states(id)).toEqual(expected);
    expect(await one().isReplaced(first)).toBe(overlap === 'replace');
  });

  it('that is paused fires nothing, and gives up what waits', async () => {
    const id = await schedule({ overlap: 'queue' });
    const [first] = (await drain(one(), at(60))) as [FiringKey];
    await one().started(first, await session(first, null));
    await drain(one(), at(120));
    await schedules.pause(database.manager, id, at(130));
    await database.query('update session set ended_at = $1', [at(140)]);
    expect(await one().claimWaiting(at(150))).toBeUndefined();
    expect(await drain(one(), at(180))).toEqual([]);
    await schedules.resume(database.manager, id, at(240));
    expect(await drain(one(), at(240))).toEqual([{ scheduleId: id, due: at(240) }]);
    expect(await states(id)).toEqual([
      [60, 'started'],
      [120, 'skipped'],
      [240, 'starting'],
    ]);
  });

  it('whose time zone is no longer known fails, and the others go on', async () => {
    const broken = await schedule({
      timing: { kind: 'cron', cron: '* * * * *', timeZone: 'Mars/Olympus' },
      due: at(59),
    });
    const id = await schedule();
    expect(await drain(one(), at(60))).toEqual([{ scheduleId: id, due: at(60) }]);
    expect(await states(broken)).toEqual([[59, 'failed']]);
    expect(await schedules.find(broken)).toMatchObject({ nextDue: null });
  });

  it('may have one session an instant', async () => {
    const firing = { scheduleId: await schedule(), due: at(60) };
    await session(firing, null);
    await expect(session(firing, null)).rejects.toMatchObject({ code: '23505' });
  });
});
