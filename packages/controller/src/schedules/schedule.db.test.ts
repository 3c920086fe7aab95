import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ScriptedAgent } from '../testing/scripted-agent.ts';
import { startTestServer, TestController, type TestServer } from '../testing/test-controller.ts';
import type { ScheduleBody } from './schedule.body.ts';

const session = {
  program: { kind: 'script', source: 'tracepoint:syscalls:sys_enter_openat { @opens[comm] = count(); }' },
  nodes: 'all',
  for: '5s',
};
const daily = { kind: 'cron', cron: '0 3 * * *', timeZone: 'Europe/Berlin' };

let server: TestServer;
let controller: TestController;
let agent: ScriptedAgent;
beforeAll(async () => {
  server = await startTestServer();
  controller = await TestController.start(server);
  agent = await controller.agent('a');
});
afterAll(async () => {
  agent.close();
  await controller.stop();
  await server.stop();
});

const create = (over: object = {}) =>
  controller.call<ScheduleBody>('POST', '/schedules', { when: daily, session, ...over });

/** Has it be due now: nobody waits for three o'clock. */
async function makeDue(id: string): Promise<void> {
  await controller.source.query(
    `update schedule set next_due = date_trunc('second', clock_timestamp()),
       timing = jsonb_build_object('kind', 'at', 'at', extract(epoch from date_trunc('second', clock_timestamp())) * 1000)
     where id = $1`,
    [id],
  );
}

async function lastFiring(id: string, state: string) {
  return expect
    .poll(async () => (await controller.call<ScheduleBody>('GET', `/schedules/${id}`)).body, {
      timeout: 20_000,
    })
    .toMatchObject({ lastFiring: { state } });
}

describe('POST /schedules', () => {
  it('keeps it and tells when it is due', async () => {
    const { status, headers, body } = await create({ name: 'opens', overlap: 'queue' });
    expect(status).toBe(201);
    expect(headers.get('location')).toBe(`/api/v1/schedules/${body.id}`);
    expect(body).toMatchObject({
      name: 'opens',
      state: 'active',
      when: daily,
      overlap: 'queue',
      missed: 'skip',
      program: { kind: 'script' },
      nodes: 'all',
      for: '5s',
      every: '1s',
      lastFiring: null,
    });
    const hour = new Intl.DateTimeFormat('en', { timeZone: 'Europe/Berlin', hour: 'numeric', hour12: false });
    expect(hour.format(new Date(body.nextDue ?? 0))).toBe('03');
    expect((await controller.call('GET', `/schedules/${body.id}`)).body).toEqual(body);
  });

  it.each<[string, object, number, object]>([
    ['no time', { when: undefined }, 400, { code: 'invalid_request', pointer: '/when' }],
    ['another kind', { when: { kind: 'never' } }, 400, { pointer: '/when/kind' }],
    [
      'a time that is past',
      { when: { kind: 'at', at: '2020-01-01T00:00:00Z' } },
      422,
      { code: 'invalid_schedule', pointer: '/when/at' },
    ],
    ['no time zone at a time', { when: { kind: 'at', at: '2040-01-01T00:00:00' } }, 400, { pointer: '/when/at' }],
    [
      'a period that is too short',
      { when: { kind: 'every', every: '1s' } },
      422,
      { code: 'invalid_duration', pointer: '/when/every' },
    ],
    [
      'a wrong cron line',
      { when: { ...daily, cron: '0 25 * * *' } },
      422,
      { code: 'invalid_schedule', pointer: '/when/cron', hint: expect.any(String) },
    ],
    [
      'an unknown time zone',
      { when: { ...daily, timeZone: 'Mars/Olympus' } },
      422,
      { code: 'invalid_schedule', pointer: '/when/timeZone' },
    ],
    [
      'a day that never comes',
      { when: { ...daily, cron: '0 0 30 2 *' } },
      422,
      { code: 'invalid_schedule', pointer: '/when' },
    ],
    ['an unknown policy', { overlap: 'both' }, 400, { pointer: '/overlap' }],
    [
      'a wrong script',
      { session: { ...session, program: { kind: 'script', source: 'BEGIN {' } } },
      422,
      { code: 'invalid_program', pointer: '/session/program/source' },
    ],
    [
      'a wrong duration',
      { session: { ...session, for: '0s' } },
      422,
      { code: 'invalid_duration', pointer: '/session/for' },
    ],
    [
      'a wrong selector',
      { session: { ...session, nodes: 'zone' } },
      422,
      { code: 'invalid_selector', pointer: '/session/nodes' },
    ],
  ])('refuses %s', async (_, over, status, problem) => {
    const answer = await create(over);
    expect(answer).toMatchObject({ status, body: problem });
  });
});

describe('a firing', () => {
  it('makes a session of the series', async () => {
    const { id } = (await create()).body;
    await makeDue(id);
    const { requestId } = await agent.next('check');
    agent.send({ case: 'check', value: { requestId, response: { loads: true } } });
    await lastFiring(id, 'started');
    const { body: schedule } = await controller.call<ScheduleBody>('GET', `/schedules/${id}`);
    expect(schedule).toMatchObject({ state: 'done', nextDue: null });
    const due = schedule.lastFiring?.due;
    const { body: series } = await controller.call('GET', `/schedules/${id}/sessions`);
    expect(series).toMatchObject({
      items: [{ session: { id: schedule.lastFiring?.sessionId }, for: '5s', schedule: { id, due } }],
      nextCursor: null,
    });
    // Its sessions outlive it.
    expect((await controller.call('DELETE', `/schedules/${id}`)).status).toBe(204);
    expect((await controller.call('GET', `/sessions/${schedule.lastFiring?.sessionId}`)).body).toMatchObject({
      schedule: { id, due },
    });
  });

  it('that no node answers tells why there is no session', async () => {
    const { id } = (await create({ session: { ...session, nodes: 'name=none' } })).body;
    await makeDue(id);
    await lastFiring(id, 'failed');
    const { body } = await controller.call('GET', `/schedules/${id}/firings`);
    expect(body).toMatchObject({ items: [{ sessionId: null, reason: expect.stringMatching(/^no_matching_node: /) }] });
  });

  it('runs nothing for a token that was revoked', async () => {
    const { body: token } = await controller.call<{ id: string; token: string }>('POST', '/tokens', {
      kind: 'api',
      role: 'operator',
    });
    const headers = { authorization: `Bearer ${token.token}` };
    const { body } = await controller.call<ScheduleBody>('POST', '/schedules', { when: daily, session }, headers);
    await controller.call('DELETE', `/tokens/${token.id}`);
    await makeDue(body.id);
    await lastFiring(body.id, 'failed');
    expect((await controller.call('GET', `/schedules/${body.id}`)).body).toMatchObject({
      lastFiring: { reason: expect.stringContaining('token'), sessionId: null },
    });
  });
});

describe('/schedules/{id}', () => {
  it('is paused, resumed and deleted', async () => {
    const { body } = await create();
    const change = (paused: boolean) => controller.call('PATCH', `/schedules/${body.id}`, { paused });
    expect((await change(true)).body).toMatchObject({ state: 'paused', nextDue: null });
    expect((await change(true)).body).toMatchObject({ state: 'paused' });
    expect((await change(false)).body).toMatchObject({ state: 'active', nextDue: body.nextDue });
    expect((await controller.call('DELETE', `/schedules/${body.id}`)).status).toBe(204);
    expect((await change(true)).status).toBe(404);
  });

  it.each([
    ['GET', ''],
    ['GET', '/sessions'],
    ['GET', '/firings'],
    ['DELETE', ''],
  ])('%s of one that is not there', async (method, path) => {
    for (const id of [randomUUID(), 'x', '%00']) {
      expect(await controller.call(method, `/schedules/${id}${path}`)).toMatchObject({
        status: 404,
        body: { code: 'not_found' },
      });
    }
  });

  it('is listed by pages', async () => {
    const made = [await create(), await create()].map(({ body }) => body.id);
    const { body: first } = await controller.call<{ items: ScheduleBody[]; nextCursor: string }>(
      'GET',
      '/schedules?limit=1',
    );
    const { body: second } = await controller.call<{ items: ScheduleBody[] }>(
      'GET',
      `/schedules?limit=1&cursor=${first.nextCursor}`,
    );
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(made.reverse());
  });

  it('may be read but not made by a viewer', async () => {
    const { body: token } = await controller.call<{ token: string }>('POST', '/tokens', {
      kind: 'api',
      role: 'viewer',
    });
    const headers = { authorization: `Bearer ${token.token}` };
    expect((await controller.call('GET', '/schedules', undefined, headers)).status).toBe(200);
    expect((await controller.call('POST', '/schedules', { when: daily, session }, headers)).status).toBe(403);
  });
});
