import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { placeholders } from '../database/rows.ts';
import { type AuditEntry, type AuditRecord, firstHash, hashEntry, storable } from './audit-record.ts';

/** Any constant will do, as long as every controller takes the same advisory lock. */
const chainLock = 4_812_007;
const sealedAtOnce = 500;
const checkedAtOnce = 1_000;

/** The end of the chain: whoever notes it down can tell later that nothing before it was changed or cut off. */
export interface ChainHead {
  readonly seq: number;
  /** Hexadecimal. */
  readonly hash: string;
}

export interface ChainCheck {
  readonly entries: number;
  readonly head: ChainHead | null;
  /** The first entry that does not follow from those before it; null where all do. */
  readonly broken: { readonly seq: number; readonly reason: string } | null;
}

type StoredEntry = AuditEntry & { readonly hash: Buffer };

const casts = ['::bigint', '::timestamptz', '', '', '', '', '', '', '::bytea'];
const columns = `seq::float8 as seq, at, actor, action, outcome, subject, request_id as "requestId", detail, hash`;

/**
 * Append-only: entries are chained by their hashes, and the database refuses to change or delete one. What is done puts its record
 * into an outbox, and from there records go into the chain in batches: what is done at once need not wait in a row.
 */
@Injectable()
export class AuditLog {
  private sealing: Promise<void> | undefined;

  constructor(@Inject(DataSource) private readonly database: DataSource) {}

  /** In the transaction of what is done, so that it and its record are stored together or not at all. */
  async append(transaction: EntityManager, record: AuditRecord): Promise<void> {
    const { actor, action, outcome, subject, requestId, detail } = storable(record);
    await transaction.query(
      `insert into audit_outbox (at, actor, action, outcome, subject, request_id, detail)
       values ($1, $2, $3, $4, $5, $6, $7)`,
      [new Date(), actor, action, outcome, subject, requestId, detail],
    );
  }

  /** Of what is in no transaction. */
  add(record: AuditRecord): Promise<void> {
    return this.append(this.database.manager, record);
  }

  /** Puts what is in the outbox by now into the chain. Calls while that is going on share the one that follows. */
  async seal(): Promise<void> {
    await this.sealing?.catch(() => undefined);
    this.sealing ??= this.sealAll().finally(() => {
      this.sealing = undefined;
    });
    return this.sealing;
  }

  private async sealAll(): Promise<void> {
    while ((await this.sealSome()) === sealedAtOnce) {
      // There is more.
    }
  }

  private sealSome(): Promise<number> {
    return this.database.transaction(async (transaction) => {
      await transaction.query('select pg_advisory_xact_lock($1)', [chainLock]);
      const [records]: [(Omit<AuditEntry, 'seq'> & { id: string })[], number] = await transaction.query(
        `delete from audit_outbox where id in (select id from audit_outbox order by id limit $1)
         returning id, at, actor, action, outcome, subject, request_id as "requestId", detail`,
        [sealedAtOnce],
      );
      const [last]: { seq: number; hash: Buffer }[] =
        records.length === 0
          ? []
          : await transaction.query('select seq::float8 as seq, hash from audit order by audit.seq desc limit 1');
      let { seq, hash: former } = last ?? { seq: 0, hash: firstHash };
      const rows: unknown[] = [];
      for (const { id: _, ...record } of records.toSorted((a, b) => Number(a.id) - Number(b.id))) {
        const entry = { ...record, seq: ++seq };
        former = hashEntry(entry, former);
        const { at, actor, action, outcome, subject, requestId, detail } = entry;
        rows.push(seq, at, actor, action, outcome, subject, requestId, detail, former);
      }
      if (records.length > 0) {
        await transaction.query(
          `insert into audit (seq, at, actor, action, outcome, subject, request_id, detail, hash)
           values ${placeholders(records.length, casts)}`,
          rows,
        );
      }
      return records.length;
    });
  }

  /** Newest first, those before `before` where that is given. */
  async page(limit: number, before: number | null): Promise<StoredEntry[]> {
    await this.seal();
    return this.database.query(
      `select ${columns} from audit where $2::bigint is null or audit.seq < $2 order by audit.seq desc limit $1`,
      [limit, before],
    );
  }

  /** Reads the whole log. `noted` is a head of an earlier check, which must still be there. */
  async check(noted: ChainHead | null): Promise<ChainCheck> {
    await this.seal();
    let former: Buffer = firstHash;
    let entries = 0;
    for (;;) {
      const found: StoredEntry[] = await this.database.query(
        `select ${columns} from audit where audit.seq > $1 order by audit.seq limit $2`,
        [entries, checkedAtOnce],
      );
      for (const entry of found) {
        const reason = brokenLink(entry, entries, former, noted);
        if (reason !== null) {
          return { entries, head: headOf(entries, former), broken: { seq: entries + 1, reason } };
        }
        former = entry.hash;
        entries = entry.seq;
      }
      if (found.length < checkedAtOnce) {
        const cut = noted !== null && noted.seq > entries;
        const reason = `the log ends before the entry ${noted?.seq}, which was there once`;
        return { entries, head: headOf(entries, former), broken: cut ? { seq: entries + 1, reason } : null };
      }
    }
  }
}

function brokenLink(entry: StoredEntry, formerSeq: number, former: Buffer, noted: ChainHead | null): string | null {
  if (entry.seq !== formerSeq + 1) {
    return 'the entry is missing';
  }
  if (!hashEntry(entry, former).equals(entry.hash)) {
    return 'the entry, or one before it, was changed';
  }
  if (entry.seq === noted?.seq && entry.hash.toString('hex') !== noted.hash) {
    return 'the log was written anew: the hash that was noted for this entry is another';
  }
  return null;
}

function headOf(seq: number, hash: Buffer): ChainHead | null {
  return seq === 0 ? null : { seq, hash: hash.toString('hex') };
}
