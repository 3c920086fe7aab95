import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager, IsNull } from 'typeorm';
import { TokenRow } from './token.entity.ts';

@Injectable()
export class TokenRepository {
  constructor(@Inject(DataSource) private readonly database: DataSource) {}

  async insert(transaction: EntityManager, token: TokenRow): Promise<void> {
    await transaction.getRepository(TokenRow).insert(token);
  }

  find(id: string): Promise<TokenRow | null> {
    return this.database.getRepository(TokenRow).findOneBy({ id });
  }

  /** Newest first; `before` is the creation time and id that the page before ended with. */
  async page(limit: number, before: { at: Date; id: string } | undefined): Promise<TokenRow[]> {
    const query = this.database.getRepository(TokenRow).createQueryBuilder('token');
    if (before !== undefined) {
      query.where('(token.created_at, token.id) < (:at, :id)', before);
    }
    return query.orderBy('token.created_at', 'DESC').addOrderBy('token.id', 'DESC').limit(limit).getMany();
  }

  /** False where there is no such token. Revoking twice is no error. */
  async revoke(transaction: EntityManager, id: string, at: Date): Promise<boolean> {
    const tokens = transaction.getRepository(TokenRow);
    await tokens.update({ id, revokedAt: IsNull() }, { revokedAt: at });
    return tokens.existsBy({ id });
  }

  /** Locks the token until the transaction ends, so that two agents cannot both use it. */
  lock(transaction: EntityManager, id: string): Promise<TokenRow | null> {
    return transaction.getRepository(TokenRow).findOne({ where: { id }, lock: { mode: 'pessimistic_write' } });
  }

  async markUsed(transaction: EntityManager, id: string, nodeId: string, at: Date): Promise<void> {
    await transaction.getRepository(TokenRow).update({ id }, { usedAt: at, usedBy: nodeId });
  }
}
