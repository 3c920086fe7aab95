import { z } from 'zod';
import { nextCursor } from '../paging/page-query.ts';
import { roles } from './role.ts';

const name = z.string().max(253).optional().describe('What it is for.');
const durationText = z.string().max(32);

const bounds = {
  nodes: z
    .string()
    .max(4096)
    .optional()
    .describe('Selector of the nodes that it may see and use; all of them without it.'),
  programs: z
    .array(z.string().regex(/^(sha256:[0-9a-f]{64}|[a-z][a-z0-9-]{0,31})$/))
    .max(1_000)
    .optional()
    .describe('Digests of the programs and names of the tools that it may run; all of them without it.'),
  limits: z
    .strictObject({
      for: durationText.optional().describe('Longest session, as a duration.'),
      overhead: z.number().gt(0).max(1).optional().describe("Fraction of a node's CPU time."),
      nodes: z.int().min(1).max(1_000_000).optional().describe('Nodes of one session.'),
    })
    .optional()
    .describe('What one session of it may be at most.'),
};

export const CreateTokenBody = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('join'),
      ttl: durationText.optional().describe('As a duration, up to 1d; 1h without it.'),
      name,
    }),
    z.strictObject({
      kind: z.literal('api'),
      role: z.enum(roles).default('viewer').describe('What it may do. An admin cannot be bounded.'),
      ttl: durationText.optional().describe('As a duration; it does not expire without it.'),
      name,
      ...bounds,
    }),
  ])
  .meta({ id: 'CreateToken' });
export type CreateTokenBody = z.infer<typeof CreateTokenBody>;
export type CreateApiTokenBody = Extract<CreateTokenBody, { kind: 'api' }>;

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
    nodes: z.string().nullable().describe('The selector that it is bounded to.'),
    programs: z.array(z.string()).nullable(),
    limits: z.object({ for: z.string().nullable(), overhead: z.number().nullable(), nodes: z.int().nullable() }),
  })
  .meta({ id: 'Token' });
export type TokenBody = z.infer<typeof TokenBody>;

export const TokenListBody = z.object({ items: z.array(TokenBody), nextCursor }).meta({ id: 'TokenList' });
