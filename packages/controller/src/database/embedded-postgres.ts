import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, mkdir, open, readFile, rename, rm, stat, unlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { ControllerError } from '../controller-error.ts';
import { writePrivateFile } from '../private-file.ts';
import { postgresBinaries } from './postgres-binaries.ts';
import { type Owner, postgresOwner, requireReachable } from './postgres-owner.ts';

const run = promisify(execFile);
const superuser = 'bpfleet';
const startTimeoutMs = 60_000;
const stopTimeoutMs = 30_000;
const pollMs = 20;
const portAttempts = 3;

/** Results must not be acknowledged before they are on disk: fsync and synchronous_commit stay on. */
const settings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  fsync: 'on',
  synchronous_commit: 'on',
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_connections: '50',
  shared_buffers: '64MB',
  // A checkpoint writes each page that is changed after it whole, once: a busy fleet fills the 1 GB of the default in half a minute.
  max_wal_size: '2GB',
  huge_pages: 'off',
  jit: 'off',
  // A session of a large fleet changes every row of its tables many times within a minute.
  autovacuum_naptime: '5s',
  timezone: 'UTC',
  log_timezone: 'UTC',
};

export interface EmbeddedPostgres {
  readonly url: string;
  /** Stops the server, ending its connections. */
  stop(): Promise<void>;
}

/**
 * A PostgreSQL server of our own in `dataDir`/postgres, on loopback only. One that a killed controller left running is
 * taken over. `fixedPort`: where it is to listen, else any port that is free. Throws ControllerError.
 */
export async function startEmbeddedPostgres(dataDir: string, fixedPort?: number): Promise<EmbeddedPostgres> {
  const owner = await postgresOwner();
  const folder = resolve(dataDir, 'postgres');
  await mkdir(dirname(folder), { recursive: true });
  if (owner !== undefined) {
    await requireReachable(dirname(folder), owner);
  }
  const binaries = await postgresBinaries(dataDir, owner);
  const password = await readPassword(join(dataDir, 'postgres.password'));
  await makeCluster(binaries.initdb, folder, password, owner);

  const left = await runningServer(folder);
  if (left !== undefined) {
    return { url: connectionUrl(password, left.port), stop: () => stopServer(folder, left.pid) };
  }
  const start = (port: number) => startServer(binaries.postgres, dataDir, folder, owner, port);
  const { child, port } = await (fixedPort === undefined ? onFreePort(start) : start(fixedPort));
  return { url: connectionUrl(password, port), stop: () => stopServer(folder, child.pid ?? 0) };
}

function connectionUrl(password: string, port: number): string {
  return `postgres://${superuser}:${password}@127.0.0.1:${port}/postgres`;
}

async function readPassword(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
      throw error;
    }
  }
  const password = randomBytes(24).toString('hex');
  await writePrivateFile(file, `${password}\n`);
  return password;
}

/** initdb works in a folder of its own that is renamed when it is whole: a kill in between leaves no half cluster. */
async function makeCluster(initdb: string, folder: string, password: string, owner: Owner | undefined): Promise<void> {
  if (await exists(join(folder, 'PG_VERSION'))) {
    return;
  }
  const draft = `${folder}.new`;
  const passwordFile = `${folder}.initial-password`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { mode: 0o700 });
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (owner !== undefined) {
    await chown(draft, owner.uid, owner.gid);
    await chown(passwordFile, owner.uid, owner.gid);
  }
  try {
    const flags = ['--encoding=UTF8', '--locale=C', '--auth=scram-sha-256', `--username=${superuser}`];
    await run(initdb, [`--pgdata=${draft}`, `--pwfile=${passwordFile}`, '--no-instructions', ...flags], {
      ...owner,
      cwd: draft,
    });
  } catch (cause) {
    const said =
      String((cause as { stderr?: string }).stderr ?? '')
        .trim()
        .split('\n')
        .at(-1) ?? '';
    throw new ControllerError('database_unavailable', `initdb could not make a database in ${folder}: ${said}`, {
      cause,
    });
  } finally {
    await unlink(passwordFile);
  }
  await rename(draft, folder);
}

/** Its own process group: Ctrl-C on a terminal reaches the controller, which still has to write to the database. */
async function startServer(postgres: string, dataDir: string, folder: string, owner: Owner | undefined, port: number) {
  const logFile = join(dataDir, 'postgres.log');
  const log = await open(logFile, 'w', 0o600);
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const child = spawn(postgres, ['-D', folder, '-p', String(port), ...flags], {
    ...owner,
    cwd: folder,
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
  });
  child.unref();
  let failure: Error | undefined;
  child.once('error', (error) => {
    failure = error;
  });
  await log.close();
  const giveUpAt = Date.now() + startTimeoutMs;
  for (;;) {
    const postmaster = await readPostmaster(folder);
    if (postmaster?.pid === child.pid && postmaster?.ready) {
      return { child, port };
    }
    if (failure !== undefined || child.exitCode !== null || child.signalCode !== null || Date.now() > giveUpAt) {
      const said = failure?.message ?? (await lastLine(logFile));
      throw new ControllerError('database_unavailable', `PostgreSQL in ${folder} did not start: ${said}`);
    }
    await delay(pollMs);
  }
}

/**
 * SIGINT is PostgreSQL's fast shutdown: it ends connections and leaves nothing to recover. It has ended when its pid file
 * is gone; the process itself may stay on as a zombie that is not ours to reap.
 */
async function stopServer(folder: string, pid: number): Promise<void> {
  const runs = async () => isAlive(pid) && (await readPostmaster(folder))?.pid === pid;
  if (pid <= 0 || !(await runs())) {
    return;
  }
  signal(pid, 'SIGINT');
  const immediateAt = Date.now() + stopTimeoutMs;
  while (await runs()) {
    if (Date.now() > immediateAt) {
      signal(pid, 'SIGQUIT');
      return;
    }
    await delay(pollMs);
  }
}

/** The server that runs in `folder` now, if any. Its identifier may have been given to another process since. */
async function runningServer(folder: string): Promise<{ pid: number; port: number } | undefined> {
  const giveUpAt = Date.now() + startTimeoutMs;
  for (;;) {
    const postmaster = await readPostmaster(folder);
    if (postmaster === undefined || !(await isPostmasterOf(postmaster.pid, folder))) {
      return undefined;
    }
    if (postmaster.ready) {
      return postmaster;
    }
    if (Date.now() > giveUpAt) {
      throw new ControllerError('database_unavailable', `PostgreSQL in ${folder} runs but does not get ready.`);
    }
    await delay(pollMs);
  }
}

/** Source of the form: PostgreSQL, src/include/utils/pidfile.h. */
async function readPostmaster(folder: string): Promise<{ pid: number; port: number; ready: boolean } | undefined> {
  let text: string;
  try {
    text = await readFile(join(folder, 'postmaster.pid'), 'utf8');
  } catch {
    return undefined;
  }
  const [pid, , , port, , , , status] = text.split('\n');
  return { pid: Number(pid), port: Number(port), ready: status?.trim() === 'ready' };
}

async function isPostmasterOf(pid: number, folder: string): Promise<boolean> {
  try {
    const command = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0');
    return command.includes(folder) && command[0]?.endsWith('postgres') === true;
  } catch {
    return false;
  }
}

/** Until the server has it, an outgoing connection of any process may take a port that was free: then another one is tried. */
async function onFreePort<T>(start: (port: number) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await start(await freePort());
    } catch (error) {
      if (attempt === portAttempts || !/TCP\/IP socket/.test(String(error))) throw error;
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done, fail) => {
    server.once('error', fail);
    server.listen(0, '127.0.0.1', done);
  });
  const address = server.address();
  await new Promise((done) => server.close(done));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function lastLine(file: string): Promise<string> {
  const lines = (await readFile(file, 'utf8')).trim().split('\n');
  return lines.findLast((line) => /FATAL|PANIC|ERROR/.test(line)) ?? lines.at(-1) ?? 'it wrote nothing';
}

async function exists(file: string): Promise<boolean> {
  try {
    await stat(file);
    return true;
  } catch {
    return false;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It ended by itself meanwhile, which is what was wanted.
  }
}
