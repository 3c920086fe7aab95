import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { AuditLog } from '../audit/audit-log.ts';
import { notFound } from '../problem/not-found.ts';
import { Problem } from '../problem/problem.ts';
import { auditOf } from './audit-of.ts';
import type { Caller } from './caller.ts';
import type { Role } from './role.ts';
import type { TokenRow } from './token.entity.ts';
import { TokenRepository } from './token.repository.ts';
import { isBounded, type TokenBounds, unbounded } from './token-bounds.ts';
import { formatToken, hashSecret, matchesHash, newToken, parseToken, type TokenText } from './token-text.ts';

/** Whom a token stands for. */
export type TokenHolder = Omit<Caller, 'requestId'>;

export interface IssuedToken {
  readonly id: string;
  /** Shown once: only its hash is kept. */
  readonly token: string;
  readonly expiresAt: Date | null;
}

export interface ApiTokenTerms {
  readonly role: Role;
  readonly name: string;
  /** null: it does not expire. */
  readonly ttlMs: number | null;
  readonly bounds: TokenBounds;
}

type Terms = Omit<ApiTokenTerms, 'role'> & { readonly role: Role | null };

/** A join token that may be used now, or was used by `usedBy` before. */
export interface JoinGrant {
  readonly tokenId: string;
  readonly usedBy: string | null;
}

@Injectable()
export class TokenService {
  constructor(
    @Inject(DataSource) private readonly database: DataSource,
    @Inject(TokenRepository) private readonly tokens: TokenRepository,
    @Inject(AuditLog) private readonly audit: AuditLog,
  ) {}

  /** A token for one node to join with, until `ttlMs` from now. */
  async issueJoin(pin: string, name: string, ttlMs: number, by: Caller): Promise<IssuedToken> {
    return this.issue(newToken('join', pin), { name, ttlMs, role: null, bounds: unbounded }, by);
  }

  /**
   * A token for the API; null where the controller itself makes its first one. Throws `invalid_request` for an admin that would be
   * bounded: it could make itself a token that is not.
   */
  async issueApi(terms: ApiTokenTerms, by: Caller | null): Promise<IssuedToken> {
    if (terms.role === 'admin' && isBounded(terms.bounds)) {
      throw new Problem('invalid_request', 'A token with the role admin cannot be bounded.', {
        pointer: '/role',
        hint: 'It makes tokens, and so could make one without bounds; choose operator, ci or viewer.',
      });
    }
    return this.issue(newToken('api'), terms, by);
  }

  /** Who is behind `authorization: Bearer TOKEN`. Throws `unauthenticated`. */
  async authenticate(authorization: string | undefined): Promise<TokenHolder> {
    const text = /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];
    if (text === undefined) {
      throw new Problem('unauthenticated', 'The request carries no token.', {
        hint: 'Send "authorization: Bearer TOKEN"; `bpfleet token create` makes one.',
      });
    }
    const caller = await this.callerOf(text);
    if (caller === undefined) {
      throw new Problem('unauthenticated', 'The token is unknown, expired or revoked.');
    }
    return caller;
  }

  /** undefined where the token is not a valid API token now. */
  async callerOf(text: string): Promise<TokenHolder | undefined> {
    const presented = parseToken(text);
    if (presented?.kind !== 'api') {
      return undefined;
    }
    const row = await this.tokens.find(presented.id);
    return row === null || refusal(row, presented) !== undefined ? undefined : holderOf(row);
  }

  /** Whom an API token stands for now, by its identifier; undefined where it is expired or revoked. */
  async callerById(id: string): Promise<TokenHolder | undefined> {
    const row = await this.tokens.find(id);
    return row === null || ended(row) !== undefined ? undefined : holderOf(row);
  }

  /** Holds a join token for the transaction that enrols a node. Throws `unauthenticated` with the reason. */
  async claimJoin(transaction: EntityManager, text: string): Promise<JoinGrant> {
    const presented = parseToken(text);
    if (presented?.kind !== 'join') {
      throw new Problem('unauthenticated', 'This is not a join token.', { hint: 'Join tokens begin with "bpfj_".' });
    }
    const row = await this.tokens.lock(transaction, presented.id);
    const reason = row === null ? 'The join token is unknown.' : refusal(row, presented);
    if (row === null || reason !== undefined) {
      throw new Problem('unauthenticated', reason ?? 'The join token is unknown.', {
        hint: 'Make a new one with `bpfleet token create --join`.',
      });
    }
    return { tokenId: row.id, usedBy: row.usedBy };
  }

  async markUsed(transaction: EntityManager, grant: JoinGrant, nodeId: string): Promise<void> {
    await this.tokens.markUsed(transaction, grant.tokenId, nodeId, new Date());
  }

  page(limit: number, before: { at: Date; id: string } | undefined): Promise<TokenRow[]> {
    return this.tokens.page(limit, before);
  }

  /** Throws `not_found`. Revoking twice is no error. */
  async revoke(id: string, by: Caller): Promise<void> {
    await this.database.transaction(async (transaction) => {
      if (!(await this.tokens.revoke(transaction, id, new Date()))) {
        throw notFound('token', id);
      }
      await this.audit.append(transaction, auditOf(by, 'revokeToken', id));
    });
  }

  private async issue(token: TokenText, terms: Terms, by: Caller | null): Promise<IssuedToken> {
    const { name, role, ttlMs, bounds } = terms;
    const createdAt = new Date();
    const expiresAt = ttlMs === null ? null : new Date(createdAt.getTime() + ttlMs);
    const row: TokenRow = {
      id: token.id,
      kind: token.kind,
      name,
      role,
      secretHash: hashSecret(token.secret),
      createdAt,
      expiresAt,
      usedAt: null,
      usedBy: null,
      revokedAt: null,
      ...bounds,
      programs: bounds.programs === null ? null : [...bounds.programs],
    };
    await this.database.transaction(async (transaction) => {
      await this.tokens.insert(transaction, row);
      if (by !== null) {
        const detail = { kind: row.kind, role, name, expiresAt, ...(role === null ? {} : bounds) };
        await this.audit.append(transaction, auditOf(by, 'createToken', row.id, detail));
      }
    });
    return { id: token.id, token: formatToken(token), expiresAt };
  }
}

function holderOf(row: TokenRow): TokenHolder | undefined {
  const { id, role, nodes, programs, maxDurationMs, maxOverhead, maxNodes } = row;
  return role === null
    ? undefined
    : { tokenId: id, role, bounds: { nodes, programs, maxDurationMs, maxOverhead, maxNodes } };
}

function refusal(row: TokenRow, presented: TokenText): string | undefined {
  if (row.kind !== presented.kind || !matchesHash(presented.secret, row.secretHash)) {
    return 'The token is unknown.';
  }
  return ended(row);
}

function ended(row: TokenRow): string | undefined {
  if (row.revokedAt !== null) {
    return 'The token was revoked.';
  }
  return row.expiresAt !== null && row.expiresAt.getTime() <= Date.now() ? 'The token has expired.' : undefined;
}
