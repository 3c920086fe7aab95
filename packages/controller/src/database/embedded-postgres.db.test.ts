import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createDataSource, openDatabase } from './data-source.ts';
import { startEmbeddedPostgres } from './embedded-postgres.ts';

describe('startEmbeddedPostgres', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bpfleet-pg-'));
    await chmod(folder, 0o755);
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const postmaster = async () =>
    Number((await readFile(join(folder, 'postgres', 'postmaster.pid'), 'utf8')).split('\n')[0]);

  it('keeps its tables over a restart, and takes over a server that was left running', async () => {
    const first = await startEmbeddedPostgres(folder);
    const database = await openDatabase(first.url);
    await database.query(
      `insert into token (id, kind, name, secret_hash, created_at) values ('a', 'api', '', '', now())`,
    );
    await database.destroy();
    const pid = await postmaster();

    const second = await startEmbeddedPostgres(folder);
    expect(await postmaster()).toBe(pid);
    expect(second.url).toBe(first.url);
    await second.stop();
    // The server removes its pid file a moment before its process is gone.
    await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow(), 10_000);

    const third = await startEmbeddedPostgres(folder);
    const again = createDataSource(third.url);
    await again.initialize();
    expect(await again.query('select id from token')).toEqual([{ id: 'a' }]);
    expect(await again.query('show synchronous_commit')).toEqual([{ synchronous_commit: 'on' }]);
    await again.destroy();
    await third.stop();
  });

  it('says in a sentence that a folder on the way is closed', async () => {
    await chmod(folder, 0o700);
    await expect(startEmbeddedPostgres(folder)).rejects.toMatchObject({
      code: 'data_dir_unusable',
      message: /chmod o\+x/,
    });
  });

  it('says in a sentence that the database does not answer', async () => {
    await expect(openDatabase('postgres://u:secret@127.0.0.1:1/x')).rejects.toMatchObject({
      code: 'database_unavailable',
      message: expect.not.stringContaining('secret'),
    });
  });
});
