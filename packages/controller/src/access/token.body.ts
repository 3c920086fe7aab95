import { z } from 'zod';
import { nextCursor } from '../paging/page-query.ts';
import { roles } from './role.ts';

export const CreateTokenBody = z
  .strictObject({
    kind: z.enum(['join', 'api']),
    role: z.enum(roles).optional().describe('API tokens: what it may do; viewer without it.'),
    ttl: z.string().max(32).optional().describe('As a duration. Join tokens: 1h without it; API tokens: no end.'),
    name: z.string().max(253).optional(),
  })
  .meta({ id: 'CreateToken' });
export type CreateTokenBody = z.infer<typeof CreateTokenBody>;

export const IssuedTokenBody = z
  .object({
    id: z.string(),
    token: z.string().describe('Shown once.'),
    expiresAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'IssuedToken' });

const TokenBody = z
  .object({
    id: z.string(),
    kind: z.enum(['join', 'api']),
    name: z.string(),
    role: z.enum(roles).nullable(),
    state: z.enum(['valid', 'used', 'expired', 'revoked']),
    createdAt: z.iso.datetime(),
    expiresAt: z.iso.datetime().nullable(),
    usedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Token' });

export const TokenListBody = z.object({ items: z.array(TokenBody), nextCursor }).meta({ id: 'TokenList' });
