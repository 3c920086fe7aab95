import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { dayMs, dayOfSession, firstIdOfDay } from '../sessions/session-id.ts';

/** What sessions leave in quantities. */
const tables = ['frame', 'event'] as const;
/** SQLSTATE: relation already exists, unique violation in the catalogue: another controller was first. */
const alreadyThere = new Set(['42P07', '23505']);
/** Rows are only added, and a partition is dropped whole: nothing is to be vacuumed, and statistics are made when it has doubled. */
const maintenance = 'autovacuum_vacuum_insert_threshold = -1, autovacuum_analyze_scale_factor = 1';
/** Frames up to this are stored as they are, in the row: compressing one of 2 KB takes longer than all else that storing it does. */
const inlineBytes = 8_160;
/** A partition is dropped while others write to its neighbours: they wait no longer than this, and it is tried again later. */
const lockTimeout = '2s';

/** Frames and events of the sessions of one day. */
export interface DayOfResults {
  /** UTC, days since 1970. */
  readonly day: number;
  /** On disk, with indexes. */
  readonly bytes: number;
}

/** The tables of frames and events are cut by the day (UTC) on which the session was made, so that all of a session goes at once. */
@Injectable()
export class ResultPartitions {
  private readonly made = new Map<number, Promise<void>>();

  constructor(@Inject(DataSource) private readonly database: DataSource) {}

  /** Makes the partitions for these sessions, where they are not there. Not inside a transaction: it locks the tables. */
  async ensure(sessionIds: readonly string[]): Promise<void> {
    for (const day of new Set(sessionIds.map(dayOfSession))) {
      if (day !== undefined) {
        await this.ensureDay(day);
      }
    }
  }

  private ensureDay(day: number): Promise<void> {
    const present = this.made.get(day);
    if (present !== undefined) {
      return present;
    }
    const making = this.createAll(day).catch((error: unknown) => {
      this.made.delete(day);
      throw error;
    });
    this.made.set(day, making);
    return making;
  }

  private async createAll(day: number): Promise<void> {
    for (const table of tables) {
      await this.create(table, day);
    }
  }

  /** The oldest day first. */
  async list(): Promise<DayOfResults[]> {
    const rows: { day: number; bytes: number }[] = await this.database.query(
      `select to_date(substring(child.relname from '_(\\d{8})$'), 'YYYYMMDD') - date '1970-01-01' as day, sum(pg_total_relation_size(child.oid))::float8 as bytes
       from pg_inherits join pg_class child on child.oid = inhrelid
       where inhparent = any($1::regclass[]) and child.relname ~ '_\\d{8}$' group by 1 order by 1`,
      [tables],
    );
    return rows;
  }

  /** What is in them is gone after that, and its space is free. */
  async drop(day: number): Promise<void> {
    this.made.delete(day);
    await this.database.transaction(async (transaction) => {
      await transaction.query(`set local lock_timeout = '${lockTimeout}'`);
      await transaction.query(`drop table if exists ${tables.map((table) => partition(table, day)).join(', ')}`);
    });
  }

  private async create(table: (typeof tables)[number], day: number): Promise<void> {
    try {
      await this.database.query(
        `create table if not exists ${partition(table, day)} partition of ${table}
         for values from ('${firstIdOfDay(day)}') to ('${firstIdOfDay(day + 1)}')
         with (toast_tuple_target = ${inlineBytes}, ${maintenance})`,
      );
    } catch (error) {
      if (!alreadyThere.has(String((error as { code?: unknown }).code))) {
        throw error;
      }
    }
  }
}

/** Such as 2026-11-30. */
export function dateOfDay(day: number): string {
  return new Date(day * dayMs).toISOString().slice(0, 10);
}

function partition(table: string, day: number): string {
  return `${table}_${dateOfDay(day).replaceAll('-', '')}`;
}
