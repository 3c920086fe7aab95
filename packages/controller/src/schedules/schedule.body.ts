import { z } from 'zod';
import { nextCursor } from '../paging/page-query.ts';
import { CreateSessionBody } from '../sessions/session.body.ts';
import { maxCronLine } from './cron-line.ts';
import { missedPolicies } from './decide-due.ts';
import { overlapPolicies } from './decide-overlap.ts';

const time = z.iso.datetime();

const zone = z.string().max(64).describe('As in the IANA database: `Europe/Berlin`.');

const when = <Zone extends z.ZodType>(timeZone: Zone) =>
  z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('at'), at: z.iso.datetime({ offset: true }).describe('Once, at this instant.') }),
    z.strictObject({
      kind: z.literal('every'),
      every: z.string().max(32).describe('A duration of at least 10s; first so long after the schedule was made.'),
    }),
    z.strictObject({
      kind: z.literal('cron'),
      cron: z.string().max(maxCronLine).describe('Minute, hour, day of month, month, day of week.'),
      timeZone,
    }),
  ]);

const NewWhenBody = when(zone.default('UTC')).meta({ id: 'NewWhen' });
const WhenBody = when(zone).meta({ id: 'When' });
export type WhenBody = z.infer<typeof WhenBody>;

const policies = {
  overlap: z
    .enum(overlapPolicies)
    .default('skip')
    .describe('While the session before has not ended: skip this firing, queue one, or cancel that session.'),
  missed: z
    .enum(missedPolicies)
    .default('skip')
    .describe('When no controller looked within 30 s of the time: run once for all that was missed, or skip them.'),
};

export const CreateScheduleBody = z
  .strictObject({ name: z.string().max(253).default(''), when: NewWhenBody, ...policies, session: CreateSessionBody })
  .meta({ id: 'CreateSchedule' });
export type CreateScheduleBody = z.infer<typeof CreateScheduleBody>;

export const ChangeScheduleBody = z
  .strictObject({ paused: z.boolean().describe('What is due while it is paused is not made up for.') })
  .meta({ id: 'ChangeSchedule' });
export type ChangeScheduleBody = z.infer<typeof ChangeScheduleBody>;

const FiringBody = z
  .object({
    due: time,
    state: z.enum(['starting', 'waiting', 'started', 'skipped', 'missed', 'failed']),
    sessionId: z.uuid().nullable(),
    reason: z.string().nullable().describe('Why there is no session.'),
  })
  .meta({ id: 'Firing' });
export type FiringBody = z.infer<typeof FiringBody>;

export const ScheduleBody = z
  .object({
    id: z.uuid(),
    name: z.string(),
    state: z.enum(['active', 'paused', 'done']).describe('done: nothing follows.'),
    when: WhenBody,
    overlap: z.enum(overlapPolicies),
    missed: z.enum(missedPolicies),
    program: z.object({ kind: z.enum(['script', 'object']), digest: z.string() }),
    nodes: z.string().describe('The selector.'),
    for: z.string(),
    every: z.string(),
    createdAt: time,
    nextDue: time.nullable(),
    lastFiring: FiringBody.nullable(),
  })
  .meta({ id: 'Schedule' });
export type ScheduleBody = z.infer<typeof ScheduleBody>;

export const ScheduleListBody = z.object({ items: z.array(ScheduleBody), nextCursor }).meta({ id: 'ScheduleList' });
export const FiringListBody = z.object({ items: z.array(FiringBody), nextCursor }).meta({ id: 'FiringList' });
