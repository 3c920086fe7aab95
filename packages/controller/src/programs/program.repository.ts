import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { allTargetsAmong, type VisibleNodes } from '../access/visibility.ts';

/** What a program is written in. */
export type ProgramText =
  | { readonly kind: 'script'; readonly source: string; readonly arguments: readonly string[] }
  | { readonly kind: 'object'; readonly object: Uint8Array };

/** A program and the sessions that ran it. */
export interface ProgramRecord {
  /** `sha256:` and 64 hexadecimal digits. */
  readonly digest: string;
  readonly kind: ProgramText['kind'];
  readonly bytes: number;
  readonly sessions: number;
  readonly firstUsedAt: Date;
  readonly lastUsedAt: Date;
}

/** Where a page of programs ended. */
export interface ProgramCursor {
  readonly lastUsedAt: Date;
  readonly digest: string;
}

const records = `select program_digest as digest,
    min(case when program_object is null then 'script' else 'object' end) as kind,
    max(coalesce(octet_length(program_object), octet_length(program_source)))::int as bytes,
    count(*)::int as sessions, min(created_at) as "firstUsedAt", max(created_at) as "lastUsedAt"
  from session`;
const visible = `($1::uuid[] is null or ${allTargetsAmong('$1')})`;

/** Programs are kept with the sessions that ran them; `nodes` are those that all targets of a session have to be among. */
@Injectable()
export class ProgramRepository {
  constructor(@Inject(DataSource) private readonly database: DataSource) {}

  /** The last used first. */
  page(limit: number, before: ProgramCursor | null, nodes: VisibleNodes): Promise<ProgramRecord[]> {
    return this.database.query(
      `${records} where ${visible} group by program_digest
       having $2::timestamptz is null or (max(created_at), program_digest) < ($2, $3)
       order by max(created_at) desc, program_digest desc limit $4`,
      [nodes, before?.lastUsedAt ?? null, before?.digest ?? null, limit],
    );
  }

  async find(digest: string, nodes: VisibleNodes): Promise<(ProgramRecord & { program: ProgramText }) | undefined> {
    const [record]: ProgramRecord[] = await this.database.query(
      `${records} where ${visible} and program_digest = $2 group by program_digest`,
      [nodes, digest],
    );
    const [row]: { source: string | null; arguments: string[]; object: Buffer | null }[] = await this.database.query(
      `select program_source as source, program_arguments as arguments, program_object as object
       from session where program_digest = $1 limit 1`,
      [digest],
    );
    if (record === undefined || row === undefined) {
      return undefined;
    }
    const { source, arguments: words, object } = row;
    const program: ProgramText =
      object === null ? { kind: 'script', source: source ?? '', arguments: words } : { kind: 'object', object };
    return { ...record, program };
  }
}
