import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { type AuditEntry, type AuditRecord, auditEntry, firstHash, hashEntry } from './audit-record.ts';

/** Any constant will do, as long as every controller takes the same advisory lock. */
const chainLock = 4_812_007;
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

const columns = `seq::float8 as seq, at, actor, action, outcome, subject, request_id as "requestId", detail, hash`;

/** Append-only: entries are chained by their hashes, and the database refuses to change or delete one. */
@Injectable()
export class AuditLog {
  constructor(@Inject(DataSource) private readonly database: DataSource) {}

  /**
   * Appends in a transaction of the caller, so that what is done and its entry are stored together or not at all. It has to be
   * the transaction's last statement: until the end nobody else can append, and what waited for a row meanwhile could deadlock.
   */
  async append(transaction: EntityManager, record: AuditRecord): Promise<void> {
    await transaction.query('select pg_advisory_xact_lock($1)', [chainLock]);
    const [last]: { seq: number; hash: Buffer }[] = await transaction.query(
      'select seq::float8 as seq, hash from audit order by audit.seq desc limit 1',
    );
    const entry = auditEntry(record, (last?.seq ?? 0) + 1, new Date());
    await transaction.query(
      `insert into audit (seq, at, actor, action, outcome, subject, request_id, detail, hash)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      [
        entry.seq,
        entry.at,
        entry.actor,
        entry.action,
        entry.outcome,
        entry.subject,
        entry.requestId,
        entry.detail,
        hashEntry(entry, last?.hash ?? firstHash),
      ],
    );
  }

  /** Appends in a transaction of its own. */
  add(record: AuditRecord): Promise<void> {
    return this.database.transaction((transaction) => this.append(transaction, record));
  }

  /** Newest first, those before `before` where that is given. */
  page(limit: number, before: number | null): Promise<StoredEntry[]> {
    return this.database.query(
      `select ${columns} from audit where $2::bigint is null or audit.seq < $2 order by audit.seq desc limit $1`,
      [limit, before],
    );
  }

  /** Reads the whole log. `noted` is a head of an earlier check, which must still be there. */
  async check(noted: ChainHead | null): Promise<ChainCheck> {
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
