import 'reflect-metadata';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { TokenRow } from '../access/token.entity.ts';
import { ControllerError } from '../controller-error.ts';
import { ConnectionRow } from '../fleet/connection.entity.ts';
import { NodeRow } from '../fleet/node.entity.ts';
import { ScheduleRow } from '../schedules/schedule.entity.ts';
import { SessionRow } from '../sessions/session.entity.ts';
import { SessionNodeRow } from '../sessions/session-node.entity.ts';
import { Initial1763800000000 } from './migrations/1763800000000-initial.ts';
import { Schedules1764500000000 } from './migrations/1764500000000-schedules.ts';
import { Rollout1764600000000 } from './migrations/1764600000000-rollout.ts';
import { Queue1764650000000 } from './migrations/1764650000000-queue.ts';
import { ReadFailed1764700000000 } from './migrations/1764700000000-read-failed.ts';
import { Replicas1764710000000 } from './migrations/1764710000000-replicas.ts';
import { Arguments1764750000000 } from './migrations/1764750000000-arguments.ts';
import { Access1764800000000 } from './migrations/1764800000000-access.ts';
import { Tools1764850000000 } from './migrations/1764850000000-tools.ts';
import { RunStorage1764900000000 } from './migrations/1764900000000-run-storage.ts';
import { ResultsBySessionDay1764950000000 } from './migrations/1764950000000-results-by-session-day.ts';
import { WaitingFrames1765000000000 } from './migrations/1765000000000-waiting-frames.ts';

/** Any constant will do, as long as every controller takes the same advisory lock. */
const migrationLock = 4_812_006;
const poolSize = 16;
const connectTimeoutMs = 10_000;

/** A data source that is not connected yet. Nothing is synchronised: migrations are the only way to change tables. */
export function createDataSource(url: string): DataSource {
  return new DataSource({
    type: 'postgres',
    driver: pg,
    url,
    entities: [TokenRow, NodeRow, ConnectionRow, SessionRow, SessionNodeRow, ScheduleRow],
    migrations: [
      Initial1763800000000,
      Schedules1764500000000,
      Rollout1764600000000,
      Queue1764650000000,
      ReadFailed1764700000000,
      Replicas1764710000000,
      Arguments1764750000000,
      Access1764800000000,
      Tools1764850000000,
      RunStorage1764900000000,
      ResultsBySessionDay1764950000000,
      WaitingFrames1765000000000,
    ],
    synchronize: false,
    poolSize,
    connectTimeoutMS: connectTimeoutMs,
    applicationName: 'bpfleet-controller',
    poolErrorHandler: () => undefined,
  });
}

/** Connects and migrates. Throws ControllerError `database_unavailable` that names the server, not the password. */
export async function openDatabase(url: string): Promise<DataSource> {
  const database = createDataSource(url);
  try {
    await database.initialize();
  } catch (cause) {
    throw new ControllerError(
      'database_unavailable',
      `The database at ${place(url)} cannot be used: ${words(cause)}.`,
      { cause },
    );
  }
  try {
    await migrate(database);
  } catch (cause) {
    await database.destroy();
    throw new ControllerError('database_unavailable', `The tables in ${place(url)} cannot be made: ${words(cause)}.`, {
      cause,
    });
  }
  return database;
}

/** Controllers that start together wait for one another here. */
async function migrate(database: DataSource): Promise<void> {
  const lock = database.createQueryRunner();
  try {
    await lock.query('select pg_advisory_lock($1)', [migrationLock]);
    await database.runMigrations({ transaction: 'each' });
    await lock.query('select pg_advisory_unlock($1)', [migrationLock]);
  } finally {
    await lock.release();
  }
}

function place(url: string): string {
  try {
    const { hostname, port, pathname } = new URL(url);
    return `${hostname}:${port === '' ? '5432' : port}${pathname}`;
  } catch {
    return 'DATABASE_URL';
  }
}

function words(cause: unknown): string {
  const first = cause instanceof AggregateError ? cause.errors[0] : cause;
  return first instanceof Error && first.message !== '' ? first.message.replace(/\.$/, '') : String(first);
}
