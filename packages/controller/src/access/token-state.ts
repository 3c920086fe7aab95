import type { TokenRow } from './token.entity.ts';

/** What can be done with a token at `now`, milliseconds since the epoch. */
export function tokenState(row: TokenRow, now: number): 'valid' | 'used' | 'expired' | 'revoked' {
  if (row.revokedAt !== null) return 'revoked';
  if (row.usedAt !== null) return 'used';
  return row.expiresAt !== null && row.expiresAt.getTime() <= now ? 'expired' : 'valid';
}
