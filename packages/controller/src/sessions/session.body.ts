import { MAX_OBJECT_BYTES, readKernelRange } from '@bpfleet/bpf';
import { z } from 'zod';
import { nextCursor } from '../paging/page-query.ts';
import { DiagnosticBody } from '../problem/problem-schema.ts';

const jsonInteger = z.union([z.int(), z.string()]).describe('A string where a double would not hold it.');
const time = z.iso.datetime();

/** Characters of base64 that hold the largest object. */
const maxBase64 = Math.ceil(MAX_OBJECT_BYTES / 3) * 4;

export const ProgramBody = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('script'),
      source: z.string().min(1).max(1_000_000),
      arguments: z
        .array(z.string().max(4_096))
        .max(64)
        .default([])
        .describe('`$1`, `$2` ...; those that begin with `--` are for getopt().'),
    }),
    z.strictObject({
      kind: z.literal('object'),
      object: z.base64().min(1).max(maxBase64).describe('An ELF object as clang makes it for BPF, in base64.'),
      manifest: z.record(z.string(), z.unknown()).optional().describe('What docs/manifest.md says, as JSON.'),
      parameters: z
        .record(z.string().max(1_024), z.union([z.string().max(4_096), z.number(), z.boolean()]))
        .optional()
        .describe('Global variables to set before the object is loaded, by name; numbers beyond 2^53 as strings.'),
    }),
    z
      .strictObject({
        kind: z.literal('tool'),
        name: z.string().min(1).max(64).describe('Of the library: see /tools.'),
        parameters: z
          .record(z.string().max(64), z.union([z.string().max(4_096), z.number(), z.boolean()]))
          .default({})
          .describe('By name.'),
      })
      .describe('A tool of the library.'),
    z
      .strictObject({
        kind: z.literal('variants'),
        variants: z
          .array(
            z.strictObject({
              name: z.string().regex(/^[a-z][a-z0-9-]{0,63}$/),
              source: z.string().min(1).max(262_144),
              needs: z.string().max(200).default('').describe('What a kernel must have for it.'),
              kernels: z
                .string()
                .max(100)
                .refine((range) => range === '' || readKernelRange(range) !== null, 'must be a range of kernels')
                .default('')
                .describe('Where it is known to run: `>=5.8, <6.12`.'),
              arch: z.array(z.string().max(32)).max(8).default([]).describe('The architectures that it is for.'),
            }),
          )
          .min(1)
          .max(8)
          .refine(
            (all) => all.reduce((sum, { source }) => sum + source.length, 0) <= 1_000_000,
            'are too long together',
          ),
        arguments: z.array(z.string().max(4_096)).max(64).default([]),
      })
      .describe('Scripts that do the same on different kernels: a node runs the first that fits it.'),
  ])
  .meta({ id: 'Program' });

export const CreateSessionBody = z
  .strictObject({
    program: ProgramBody,
    nodes: z.string().max(4096).default('all').describe('Selector: `all`, or terms as in `arch=arm64,role!=db`.'),
    for: z.string().max(32).default('10s').describe('How long to trace, as a duration.'),
    every: z.string().max(32).default('1s').describe('Length of a result window.'),
    limits: z
      .strictObject({
        mapBytes: z.int().min(0).optional(),
        probes: z.int().min(0).max(100_000).optional(),
        overhead: z.number().min(0).max(1).optional().describe("Fraction of a node's CPU time: more ends it there."),
        eventsPerSecond: z
          .int()
          .min(0)
          .max(1_000_000_000)
          .optional()
          .describe('Events a second that a node keeps; what comes beyond is counted in `lost.sampledOut`.'),
      })
      .optional()
      .describe('Bounds that each node keeps beside its own. 0 is none.'),
    sample: z.string().max(32).optional().describe('Only so many of the chosen nodes, drawn at random: `10%`, `5`.'),
    maxNodes: z.int().min(1).max(1_000_000).optional().describe('At most so many of them, drawn likewise.'),
    seed: z.string().min(1).max(64).optional().describe('Of an earlier sample: draws the same nodes again.'),
    priority: z.int().min(-100).max(100).default(0).describe('Of sessions that wait for room the highest is first.'),
    late: z.boolean().default(false).describe('Nodes that come while it runs take part in what is left of it.'),
    startAt: z.iso.datetime({ offset: true }).optional().describe('All nodes attach at this instant, within the hour.'),
    rollout: z
      .strictObject({
        canary: z
          .string()
          .max(32)
          .default('1')
          .describe('Nodes that begin, `1` or `1%`; each wave after is ten times as large.'),
        soak: z.string().max(32).default('2s').describe('How long a wave measures before the next is told.'),
        maxFailures: z
          .number()
          .min(0)
          .max(1)
          .default(0)
          .describe('Fraction of the nodes told that may fail before all detach.'),
      })
      .optional()
      .describe('Tells the nodes in waves, and has all detach where too many fail. Without it all are told at once.'),
  })
  .meta({ id: 'CreateSession' });
export type CreateSessionBody = z.infer<typeof CreateSessionBody>;

export const SessionSummaryBody = z
  .object({
    id: z.uuid(),
    state: z.enum(['pending', 'running', 'complete', 'partial', 'failed', 'cancelled']),
    program: z.object({
      kind: z.enum(['script', 'object']),
      digest: z.string(),
      tool: z
        .object({
          name: z.string(),
          digest: z.string().describe('Of its scripts, as they were then.'),
          parameters: z.record(z.string(), z.unknown()).describe('As they were given.'),
        })
        .optional()
        .describe('The tool of the library that it is.'),
    }),
    startedAt: time.nullable(),
    endedAt: time.nullable(),
    interval: z.string(),
    sample: z
      .object({
        seed: z.string(),
        of: z.int().describe('Nodes that the selector chose.'),
        nodes: z.int(),
        weight: z.number().describe('How many nodes one of the sample stands for.'),
      })
      .optional()
      .describe('How nodes were drawn, where not all that the selector chose take part.'),
    rollout: z
      .object({
        canary: z.string(),
        soak: z.string(),
        maxFailures: z.number(),
        wave: z.int().describe('The newest that was told, from 1.'),
        waves: z.int(),
        halted: z.string().nullable().describe('Why it ended before its time.'),
      })
      .optional()
      .describe('How far it was told in waves, where it is.'),
  })
  .meta({ id: 'SessionSummary' });

const NodeAnswerBody = z
  .object({
    name: z.string(),
    arch: z.string(),
    kernel: z.string(),
    state: z.enum(['pending', 'running', 'complete', 'partial', 'failed', 'offline', 'skipped']),
    produced: jsonInteger,
    stored: jsonInteger,
    lost: z.object({
      kernel: jsonInteger,
      sampledOut: jsonInteger,
      truncated: jsonInteger,
      evicted: jsonInteger,
      mapFull: jsonInteger,
      readFailed: jsonInteger,
    }),
    overhead: z.number().nullable(),
    reason: z.string().nullable(),
    variant: z.string().optional().describe('Which of several variants of a tool it took.'),
  })
  .meta({ id: 'NodeAnswer' });

const counts = {
  targets: z.int(),
  complete: z.int(),
  partial: z.int(),
  failed: z.int(),
  offline: z.int(),
  skipped: z.int(),
};

export const AnswerSheetBody = z.object({ ...counts, nodes: z.array(NodeAnswerBody) }).meta({ id: 'AnswerSheet' });
const AnswerCountsBody = z.object(counts).meta({ id: 'AnswerCounts' });

const resource = {
  session: SessionSummaryBody,
  nodes: z.string().describe('The selector.'),
  for: z.string(),
  createdAt: time,
  warnings: z
    .array(DiagnosticBody)
    .describe('Told when it was made; of one session also what nodes have found out since.'),
  schedule: z
    .object({ id: z.uuid(), due: time })
    .nullable()
    .describe('The firing that made it; null where somebody asked for it.'),
  priority: z.int(),
  late: z.boolean(),
  startAt: time.nullable(),
};

const PlaceBody = z
  .object({
    position: z.int().describe('From 1.'),
    startsAt: time.describe('When it would begin if all others took the time that they may.'),
    waitsFor: z.string().nullable(),
  })
  .meta({ id: 'Place' });

export const SessionResourceBody = z
  .object({
    ...resource,
    queue: PlaceBody.nullable().describe('While it waits for room on its nodes.'),
    answer: AnswerSheetBody,
  })
  .meta({ id: 'SessionResource' });
export type SessionResourceBody = z.infer<typeof SessionResourceBody>;

const SessionListItemBody = z.object({ ...resource, answer: AnswerCountsBody }).meta({ id: 'SessionListItem' });
export const SessionListBody = z
  .object({ items: z.array(SessionListItemBody), nextCursor })
  .meta({ id: 'SessionList' });
export const NodeAnswerListBody = z
  .object({ items: z.array(NodeAnswerBody), nextCursor })
  .meta({ id: 'NodeAnswerList' });
