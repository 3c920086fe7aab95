import { createHash } from 'node:crypto';

/** Who did what where: what somebody writes into the audit log. */
export interface AuditRecord {
  /** `token:ID` or `node:ID`. */
  readonly actor: string;
  /** An operation of the API, or `enrol`, `renewCertificate`, `connect`, `deliver`. */
  readonly action: string;
  readonly outcome: 'done' | 'refused';
  /** Identifier of what it was done to. */
  readonly subject: string | null;
  /** Names the call, as in the log; null where there was none. */
  readonly requestId: string | null;
  /** What else tells what was done, or why it was refused. Never a secret. */
  readonly detail: Readonly<Record<string, unknown>>;
}

/** A record as it is stored: its texts as they are hashed, its time in milliseconds. */
export interface AuditEntry extends Omit<AuditRecord, 'detail'> {
  /** From 1, without gaps. */
  readonly seq: number;
  readonly at: Date;
  /** JSON. */
  readonly detail: string;
}

/** What the first entry follows. */
export const firstHash: Buffer = Buffer.alloc(32);

const maxText = 512;
const maxDetail = 8_192;

/** A record in texts that can be stored as they are: the hash is to be of what is read back. */
export function storable(record: AuditRecord): Omit<AuditEntry, 'seq' | 'at'> {
  const { actor, action, outcome, subject, requestId } = record;
  const detail = JSON.stringify(record.detail);
  return {
    actor: storableText(actor),
    action: storableText(action),
    outcome,
    subject: subject === null ? null : storableText(subject),
    requestId: requestId === null ? null : storableText(requestId),
    detail: detail.length <= maxDetail ? detail : JSON.stringify({ omitted: `${detail.length} characters` }),
  };
}

/** SHA-256 over an entry and the hash of the one before it: none can be changed, taken out or put in between unseen. */
export function hashEntry(entry: AuditEntry, former: Uint8Array): Buffer {
  const { seq, at, actor, action, outcome, subject, requestId, detail } = entry;
  const fields = [seq, at.toISOString(), actor, action, outcome, subject, requestId, detail];
  return createHash('sha256').update(JSON.stringify(fields)).update(former).digest();
}

/** PostgreSQL takes no NUL, and would change half a surrogate pair. */
function storableText(text: string): string {
  return text.replaceAll('\u0000', '').slice(0, maxText).toWellFormed();
}
