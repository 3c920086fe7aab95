import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../testing/test-controller.ts';
import { AuditLog } from './audit-log.ts';
import type { AuditRecord } from './audit-record.ts';

let server: TestServer;
let database: DataSource;
let audit: AuditLog;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());
beforeEach(async () => {
  database = (await server.database()).source;
  audit = new AuditLog(database);
  return () => database.destroy();
});

const record = (subject: string): AuditRecord => ({
  actor: 'token:t',
  action: 'createSession',
  outcome: 'done',
  subject,
  requestId: 'r',
  detail: { nodes: 'all', text: 'ünïcode \u0000 \ud800' },
});

async function fill(count: number): Promise<void> {
  for (let made = 1; made <= count; made++) {
    await audit.add(record(`s${made}`));
  }
}

/** What somebody with all rights on the database could do. */
async function tamper(statement: string): Promise<void> {
  await audit.seal();
  await database.query('alter table audit disable trigger user');
  await database.query(statement);
  await database.query('alter table audit enable trigger user');
}

describe('AuditLog', () => {
  it('is whole as long as nobody touched it, over more entries than are read at once', async () => {
    expect(await audit.check(null)).toEqual({ entries: 0, head: null, broken: null });
    await fill(1_003);
    const [newest] = await audit.page(1, null);
    const head = { seq: 1_003, hash: newest?.hash.toString('hex') };
    expect(await audit.check(null)).toEqual({ entries: 1_003, head, broken: null });
  });

  it('stays one chain when many append at once', async () => {
    await Promise.all(Array.from({ length: 50 }, (_, index) => audit.add(record(`s${index}`))));
    expect(await audit.check(null)).toMatchObject({ entries: 50, broken: null });
  });

  it('holds what was done whose transaction was kept, and nothing of one that was not', async () => {
    await database.transaction((transaction) => audit.append(transaction, record('kept')));
    const undone = database.transaction(async (transaction) => {
      await audit.append(transaction, record('undone'));
      throw new Error('undone');
    });
    await expect(undone).rejects.toThrow('undone');
    expect((await audit.page(10, null)).map(({ subject }) => subject)).toEqual(['kept']);
  });

  it('is sealed by several controllers at once, each record once', async () => {
    const others = [new AuditLog(database), new AuditLog(database), audit];
    await Promise.all(Array.from({ length: 60 }, (_, index) => audit.add(record(`s${index}`))));
    await Promise.all(others.map((each) => each.seal()));
    expect(await audit.check(null)).toMatchObject({ entries: 60, broken: null });
  });

  it('holds whatever a caller puts into a name', async () => {
    await audit.add(record('\u0000 half \ud800 of a pair, '.padEnd(2_000, 'x')));
    expect(await audit.check(null)).toMatchObject({ entries: 1, broken: null });
  });

  it.each(['update audit set actor = actor', 'delete from audit', 'truncate audit'])(
    'refuses to %s',
    async (statement) => {
      await fill(1);
      await audit.seal();
      await expect(database.query(statement)).rejects.toThrow('the audit log is append-only');
      expect(await audit.check(null)).toMatchObject({ entries: 1, broken: null });
    },
  );

  it.each<[string, string, number]>([
    ['an entry that was changed', `update audit set subject = 'other' where seq = 3`, 3],
    ['a time that was changed', `update audit set at = at + interval '1 second' where seq = 3`, 3],
    ['an entry that was taken out', 'delete from audit where seq = 3', 3],
    [
      'an entry that was taken out and its gap closed',
      'delete from audit where seq = 3; update audit set seq = seq - 1 where seq > 3',
      3,
    ],
    [
      'two that changed places',
      'update audit set seq = case seq when 3 then 40 when 4 then 30 end where seq in (3, 4); update audit set seq = case seq when 40 then 4 else 3 end where seq in (30, 40); update audit set subject = case seq when 3 then $$s4$$ else $$s3$$ end where seq in (3, 4)',
      3,
    ],
    ['the first entry', 'delete from audit where seq = 1', 1],
  ])('tells %s', async (_, statement, seq) => {
    await fill(6);
    await tamper(statement);
    expect(await audit.check(null)).toMatchObject({ entries: seq - 1, broken: { seq, reason: expect.any(String) } });
  });

  it('tells that its end was cut off, or written anew, to whoever noted its head', async () => {
    await fill(4);
    const { head } = await audit.check(null);
    await fill(2);
    expect(await audit.check(head)).toMatchObject({ entries: 6, broken: null });
    await tamper('delete from audit where seq >= 4');
    expect(await audit.check(null)).toMatchObject({ entries: 3, broken: null });
    expect(await audit.check(head)).toMatchObject({
      broken: { seq: 4, reason: expect.stringContaining('ends before') },
    });
    await fill(3);
    expect(await audit.check(head)).toMatchObject({ broken: { seq: 4, reason: expect.stringContaining('anew') } });
  });
});
