import { describe, expect, test } from 'vitest';
import { playController, refuse, send } from './played-controller.test-kit.ts';
import { bpfleet } from './run-command.test-kit.ts';

const controller = playController();

describe('schedule', () => {
  const script = 'BEGIN { @ = count(); }';
  const schedule = {
    id: 'c1',
    name: 'nightly',
    state: 'active',
    when: { kind: 'cron', cron: '0 3 * * *', timeZone: 'Europe/Berlin' },
    overlap: 'skip',
    missed: 'skip',
    program: { kind: 'script', digest: 'sha256:0' },
    nodes: 'all',
    for: '10s',
    every: '1s',
    createdAt: '2026-01-01T00:00:00.000Z',
    nextDue: '2026-01-01T02:00:00.000Z',
    lastFiring: null,
  };

  test('add sends what was said and prints the id alone', async () => {
    let body = '';
    controller.routes['POST /api/v1/schedules'] = (request, response) => {
      body = request.body;
      send(201, schedule)(request, response);
    };
    const options = ['--cron', '0 3 * * *', '--time-zone', 'Europe/Berlin', '--overlap', 'queue', '--window', '2s'];
    const { out, err, status } = await bpfleet('schedule', 'add', script, ...options, '--limit', 'probes=3');
    expect([out, status]).toEqual(['c1\n', 0]);
    expect(err).toContain('2026-01-01T02:00:00.000Z');
    expect(JSON.parse(body)).toEqual({
      name: '',
      when: schedule.when,
      overlap: 'queue',
      missed: 'skip',
      session: {
        program: { kind: 'script', source: script },
        nodes: 'all',
        for: '10s',
        every: '2s',
        limits: { probes: 3 },
      },
    });
  });

  test.each([
    [[], /in one way/],
    [['--every', '1h', '--cron', '* * * * *'], /in one way/],
    [['--every', '1h', '--time-zone', 'UTC'], /--time-zone/],
    [['--at', 'tomorrow'], /--at tomorrow/],
    [['--at', '2026-13-01T00:00'], /--at 2026-13/],
  ])('add %j is not sent', async (options, message) => {
    expect(await bpfleet('schedule', 'add', script, ...options)).toMatchObject({
      status: 4,
      err: expect.stringMatching(message),
    });
    expect(controller.requests).toEqual([]);
  });

  test('add tells what the controller refuses by the name of its option', async () => {
    controller.routes['POST /api/v1/schedules'] = refuse(422, 'invalid_schedule', 'no such zone', {
      pointer: '/when/timeZone',
    });
    const answer = await bpfleet('schedule', 'add', script, '--cron', '* * * * *', '--time-zone', 'X');
    expect(answer).toMatchObject({ status: 4, err: '--time-zone: no such zone' });
  });

  test('list', async () => {
    controller.routes['GET /api/v1/schedules'] = send(200, { items: [schedule], nextCursor: null });
    const { out } = await bpfleet('schedule', 'list');
    expect(out.split('\n')[1]).toBe(
      'c1        nightly  active  0 3 * * * (Europe/Berlin)  2026-01-01T02:00:00.000Z  -     all',
    );
  });

  test('show has the series', async () => {
    controller.routes['GET /api/v1/schedules/c1'] = send(200, schedule);
    const firings = [
      { due: '2026-01-01T02:00:00.000Z', state: 'started', sessionId: 's1', reason: null },
      { due: '2025-12-31T02:00:00.000Z', state: 'failed', sessionId: null, reason: 'no node' },
    ];
    controller.routes['GET /api/v1/schedules/c1/firings'] = send(200, { items: firings, nextCursor: null });
    const { out } = await bpfleet('schedule', 'show', 'c1');
    expect(out).toContain('When:     0 3 * * * (Europe/Berlin)\n');
    expect(out).toContain('2025-12-31T02:00:00.000Z  failed   -        no node\n');
    const json = JSON.parse((await bpfleet('schedule', 'show', 'c1', '-o', 'json')).out);
    expect(json).toEqual({ schedule, firings });
  });

  test('pause, resume and remove', async () => {
    const bodies: string[] = [];
    controller.routes['PATCH /api/v1/schedules/c1'] = (request, response) => {
      bodies.push(request.body);
      send(200, schedule)(request, response);
    };
    controller.routes['DELETE /api/v1/schedules/c1'] = (_, response) => void response.writeHead(204).end();
    for (const command of ['pause', 'resume', 'remove']) {
      expect(await bpfleet('schedule', command, 'c1')).toMatchObject({ status: 0, err: '' });
    }
    expect(bodies).toEqual(['{"paused":true}', '{"paused":false}']);
  });
});
