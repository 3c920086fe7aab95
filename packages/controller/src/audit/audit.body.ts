import { z } from 'zod';
import { nextCursor } from '../paging/page-query.ts';

const AuditEntryBody = z
  .object({
    seq: z.int().describe('From 1, without gaps.'),
    at: z.iso.datetime(),
    actor: z.string().describe('`token:ID` or `node:ID`.'),
    action: z.string().describe('The operation.'),
    outcome: z.enum(['done', 'refused']),
    subject: z.string().nullable().describe('What it was done to.'),
    requestId: z.string().nullable().describe('As in the header X-Request-Id of the answer.'),
    detail: z.record(z.string(), z.unknown()),
    hash: z.string().describe('SHA-256 over the entry and the hash of the one before it, hexadecimal.'),
  })
  .meta({ id: 'AuditEntry' });

export const AuditListBody = z.object({ items: z.array(AuditEntryBody), nextCursor }).meta({ id: 'AuditList' });

const head = z.object({ seq: z.int(), hash: z.string() });

export const AuditCheckBody = z
  .object({
    entries: z.int().describe('Entries that follow from one another, from the first on.'),
    head: head.nullable().describe('The last of them; note it down, and give it back as `noted`.'),
    broken: z
      .object({ seq: z.int(), reason: z.string() })
      .nullable()
      .describe('The first entry that does not follow from those before it.'),
  })
  .meta({ id: 'AuditCheck' });

export const AuditCheckQuery = z.object({
  noted: z
    .string()
    .regex(/^[1-9]\d{0,14}:[0-9a-f]{64}$/)
    .optional()
    .describe('SEQ:HASH of the head of an earlier check: tells whether the log was cut off or written anew since.'),
});
export type AuditCheckQuery = z.infer<typeof AuditCheckQuery>;
