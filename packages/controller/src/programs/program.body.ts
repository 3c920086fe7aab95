import { z } from 'zod';
import { nextCursor } from '../paging/page-query.ts';

const record = {
  digest: z.string(),
  kind: z.enum(['script', 'object']),
  bytes: z.int(),
  sessions: z.int().describe('How many ran it.'),
  firstUsedAt: z.iso.datetime(),
  lastUsedAt: z.iso.datetime(),
};

const ProgramRecordBody = z.object(record).meta({ id: 'ProgramRecord' });
export type ProgramRecordBody = z.infer<typeof ProgramRecordBody>;

export const ProgramListBody = z.object({ items: z.array(ProgramRecordBody), nextCursor }).meta({ id: 'ProgramList' });

export const ProgramTextBody = z
  .object({
    ...record,
    source: z.string().nullable().describe('Of a script.'),
    arguments: z.array(z.string()).describe('Of a script.'),
    object: z.string().nullable().describe('An ELF object, in base64.'),
  })
  .meta({ id: 'ProgramText' });
