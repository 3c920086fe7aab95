import { afterAll, beforeAll, expect, it } from 'vitest';
import { type RunningController, startController } from '../start-controller.ts';
import { startTestServer, TestController, type TestServer } from '../testing/test-controller.ts';
import type { ScheduleBody } from './schedule.body.ts';

const session = { program: { kind: 'script', source: 'BEGIN { @a = count(); }' }, nodes: 'all', for: '5s' };
const when = { kind: 'every', every: '1h' };

let server: TestServer;
let controller: TestController;
let others: RunningController[];
beforeAll(async () => {
  server = await startTestServer();
  controller = await TestController.start(server);
  others = await Promise.all([startController(controller.config), startController(controller.config)]);
  // A node that is not connected need not be asked.
  await controller.enrol('a');
});
afterAll(async () => {
  await Promise.all(others.map((each) => each.close()));
  await controller.stop();
  await server.stop();
});

async function schedules(count: number): Promise<string[]> {
  const made = Array.from({ length: count }, () =>
    controller.call<ScheduleBody>('POST', '/schedules', { when, session }),
  );
  return (await Promise.all(made)).map(({ body }) => body.id);
}

/** Waits until all that was due has its session. Returns how many sessions each schedule has. */
async function sessionsOf(ids: readonly string[]): Promise<Record<string, number>> {
  await expect
    .poll(
      () =>
        controller.source.query(`select 1 from schedule_firing where schedule_id = any($1) and state = 'started'`, [
          ids,
        ]),
      { timeout: 30_000 },
    )
    .toHaveLength(ids.length);
  const rows: { id: string; count: string }[] = await controller.source.query(
    'select schedule_id as id, count(*) from session where schedule_id = any($1) group by 1',
    [ids],
  );
  return Object.fromEntries(rows.map(({ id, count }) => [id, Number(count)]));
}

it('three controllers make one session a firing', async () => {
  const ids = await schedules(20);
  await controller.source.query(
    `update schedule set next_due = date_trunc('second', clock_timestamp()) where id = any($1)`,
    [ids],
  );
  expect(await sessionsOf(ids)).toEqual(Object.fromEntries(ids.map((id) => [id, 1])));
});

it('what a controller started and did not tell is not started again', async () => {
  const ids = await schedules(1);
  await controller.source.query(
    `update schedule set next_due = date_trunc('second', clock_timestamp()) where id = any($1)`,
    [ids],
  );
  await sessionsOf(ids);
  const find = `select session_id from schedule_firing where schedule_id = any($1)`;
  const first = await controller.source.query(find, [ids]);
  await controller.source.query(
    `update schedule_firing set state = 'starting', session_id = null, lease_until = clock_timestamp() where schedule_id = any($1)`,
    [ids],
  );
  expect(await sessionsOf(ids)).toEqual({ [ids[0] as string]: 1 });
  expect(await controller.source.query(find, [ids])).toEqual(first);
});
