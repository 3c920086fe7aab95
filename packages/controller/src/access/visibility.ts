import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { isUuid } from '../database/uuid.ts';
import { matches, type Selectable } from '../fleet/select.ts';
import { parseSelector } from '../fleet/selector.ts';
import type { Caller } from './caller.ts';
import type { SubjectKind } from './operations.ts';
import { mayChangeOthers } from './role.ts';

/** Of whom a caller may see sessions: of everyone (null), or only those whose targets are all among these nodes. */
export type VisibleNodes = readonly string[] | null;

/** Holds for a row `session` where each of its targets is among the nodes of the parameter, a uuid[]. */
export const allTargetsAmong = (parameter: string) =>
  `not exists (select 1 from session_node beyond where beyond.session_id = session.id and not beyond.node_id = any(${parameter}))`;

/**
 * What a token that is bounded to some nodes may see: those nodes as they are now, sessions of which every target is one of them,
 * the programs of these, and schedules that it made itself (theirs choose their nodes anew each time).
 */
@Injectable()
export class Visibility {
  constructor(@Inject(DataSource) private readonly database: DataSource) {}

  /** The nodes that a caller is bounded to, revoked ones too. */
  async nodes({ bounds }: Pick<Caller, 'bounds'>): Promise<VisibleNodes> {
    if (bounds.nodes === null) {
      return null;
    }
    const selector = parseSelector(bounds.nodes);
    const nodes: (Selectable & { id: string })[] = await this.database.query(
      'select id, name, arch, kernel, labels, features from node',
    );
    return nodes.filter((node) => matches(selector, node)).map(({ id }) => id);
  }

  /** Whether a caller may see what an identifier names. True where there is no such thing: others tell that. */
  async sees(caller: Caller, kind: SubjectKind, id: string): Promise<boolean> {
    const nodes = await this.nodes(caller);
    if (nodes === null) {
      return true;
    }
    switch (kind) {
      case 'node':
        return this.all('select (id = any($2::uuid[])) as seen from node where id::text = $1 or name = $1', id, nodes);
      case 'session':
        return !isUuid(id) || this.all(`select ${allTargetsAmong('$2')} as seen from session where id = $1`, id, nodes);
      case 'program':
        return this.any(
          `select 1 from session where program_digest = $1 and ${allTargetsAmong('$2')} limit 1`,
          id,
          nodes,
        );
      case 'schedule':
        return (await this.makerOf('schedule', id)) === caller.tokenId;
    }
  }

  /** Whether a caller who sees this may also end or change it. */
  async mayChange(caller: Caller, kind: SubjectKind, id: string): Promise<boolean> {
    if (mayChangeOthers(caller.role) || !(kind === 'session' || kind === 'schedule')) {
      return true;
    }
    const maker = await this.makerOf(kind, id);
    return maker === undefined || maker === caller.tokenId;
  }

  private async makerOf(table: 'session' | 'schedule', id: string): Promise<string | undefined> {
    const rows: { maker: string }[] = isUuid(id)
      ? await this.database.query(`select token_id as maker from ${table} where id = $1`, [id])
      : [];
    return rows[0]?.maker;
  }

  private async all(query: string, id: string, nodes: readonly string[]): Promise<boolean> {
    const rows: { seen: boolean }[] = await this.database.query(query, [id, nodes]);
    return rows.every(({ seen }) => seen);
  }

  private async any(query: string, id: string, nodes: readonly string[]): Promise<boolean> {
    const rows: unknown[] = await this.database.query(query, [id, nodes]);
    return rows.length > 0;
  }
}
