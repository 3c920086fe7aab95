import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Problem } from '../problem/problem.ts';
import type { Role } from './role.ts';
import type { TokenRow } from './token.entity.ts';
import { TokenRepository } from './token.repository.ts';
import { formatToken, hashSecret, matchesHash, newToken, parseToken, type TokenText } from './token-text.ts';

/** Who calls, as the token says. */
export interface Caller {
  readonly tokenId: string;
  readonly role: Role;
}

export interface IssuedToken {
  readonly id: string;
  /** Shown once: only its hash is kept. */
  readonly token: string;
  readonly expiresAt: Date | null;
}

/** A join token that may be used now, or was used by `usedBy` before. */
export interface JoinGrant {
  readonly tokenId: string;
  readonly usedBy: string | null;
}

@Injectable()
export class TokenService {
  constructor(@Inject(TokenRepository) private readonly tokens: TokenRepository) {}

  async issueJoin(pin: string, name: string, ttlMs: number | null): Promise<IssuedToken> {
    return this.issue(newToken('join', pin), name, null, ttlMs);
  }

  async issueApi(role: Role, name: string, ttlMs: number | null): Promise<IssuedToken> {
    return this.issue(newToken('api'), name, role, ttlMs);
  }

  /** The caller behind `authorization: Bearer TOKEN`. Throws `unauthenticated`. */
  async authenticate(authorization: string | undefined): Promise<Caller> {
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
  async callerOf(text: string): Promise<Caller | undefined> {
    const presented = parseToken(text);
    if (presented?.kind !== 'api') {
      return undefined;
    }
    const row = await this.tokens.find(presented.id);
    if (row === null || row.role === null || refusal(row, presented) !== undefined) {
      return undefined;
    }
    return { tokenId: row.id, role: row.role };
  }

  /** Whom an API token stands for now, by its identifier; undefined where it is expired or revoked. */
  async callerById(id: string): Promise<Caller | undefined> {
    const row = await this.tokens.find(id);
    return row === null || row.role === null || ended(row) !== undefined
      ? undefined
      : { tokenId: row.id, role: row.role };
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

  async revoke(id: string): Promise<void> {
    if (!(await this.tokens.revoke(id, new Date()))) {
      throw new Problem('not_found', `There is no token ${id}.`);
    }
  }

  private async issue(token: TokenText, name: string, role: Role | null, ttlMs: number | null): Promise<IssuedToken> {
    const createdAt = new Date();
    const expiresAt = ttlMs === null ? null : new Date(createdAt.getTime() + ttlMs);
    const secretHash = hashSecret(token.secret);
    await this.tokens.insert({ id: token.id, kind: token.kind, name, role, secretHash, createdAt, expiresAt });
    return { id: token.id, token: formatToken(token), expiresAt };
  }
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
