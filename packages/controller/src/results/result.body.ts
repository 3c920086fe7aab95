import { z } from 'zod';
import { AnswerSheetBody, SessionSummaryBody } from '../sessions/session.body.ts';

const jsonInteger = z.union([z.int(), z.string()]).describe('A string where a double would not hold it.');
const StackFrameBody = z
  .object({
    symbol: z.string().describe('Empty where the code belongs to no function with a name.'),
    module: z.string(),
    offset: z.int().describe('Bytes from the symbol; without one the place in the file.'),
    text: z.string().optional().describe('How it is printed, where not as symbol+offset.'),
    buildId: z.string().optional().describe('Without a symbol: which build of the file.'),
  })
  .meta({ id: 'StackFrame' });
/** Parts of composites are scalars too, which generators of clients cannot say. */
const scalar = z.union([
  z.int(),
  z.string(),
  z.boolean(),
  z.array(StackFrameBody),
  z.array(z.unknown()).describe('A tuple or an array.'),
  z.record(z.string(), z.unknown()).describe('A record.'),
]);

const ResultEntryBody = z
  .object({
    key: z.array(scalar),
    value: scalar.optional().describe('count, sum, min, max, value'),
    count: jsonInteger.optional().describe('avg, stats, hist, lhist'),
    total: jsonInteger.optional(),
    average: jsonInteger.optional(),
    buckets: z
      .array(z.object({ min: jsonInteger.nullable(), max: jsonInteger.nullable(), count: jsonInteger }))
      .optional()
      .describe('hist, lhist: ascending, without empty ones. Bounds are inclusive; null is unbounded.'),
    series: z
      .array(z.object({ start: jsonInteger, value: jsonInteger }))
      .optional()
      .describe('tseries: intervals that have a value, oldest first; start in nanoseconds since the Unix epoch.'),
    p50: z.number().optional(),
    p90: z.number().optional(),
    p99: z.number().optional(),
    nodes: z.int().describe('How many nodes contributed.'),
    group: z.string().optional().describe('With `by`: the node, the value of the label, or the start of the window.'),
  })
  .meta({ id: 'ResultEntry' });

const ResultMapBody = z
  .object({
    name: z.string(),
    kind: z.enum(['count', 'sum', 'min', 'max', 'avg', 'stats', 'hist', 'lhist', 'tseries', 'value']),
    key: z.array(z.enum(['int', 'uint', 'string', 'stack', 'bool', 'tuple', 'record', 'array'])),
    keyNames: z
      .array(z.string())
      .optional()
      .describe('What each part of the key is called, as many as `key`; empty where nobody says it.'),
    entries: z.array(ResultEntryBody),
  })
  .meta({ id: 'ResultMap' });

const ResultOutputBody = z
  .object({
    node: z.string(),
    at: z.iso.datetime(),
    type: z.enum(['printf', 'value', 'map']),
    text: z.string(),
    values: z.array(scalar),
  })
  .meta({ id: 'ResultOutput' });

export const ResultDocumentBody = z
  .object({
    session: SessionSummaryBody,
    answer: AnswerSheetBody,
    maps: z.array(ResultMapBody),
    output: z.array(ResultOutputBody),
    outputOmitted: z
      .int()
      .optional()
      .describe('Printed lines beyond those in `output`, where there are more; /events has them all.'),
  })
  .meta({ id: 'ResultDocument' });

export const EventBody = ResultOutputBody.extend({
  id: z.string().describe('Rises within the session; give it back as Last-Event-ID or `after`.'),
}).meta({ id: 'Event' });

export const ResultsQuery = z.object({
  by: z.string().max(256).optional().describe('`node`, `window` or `label:KEY`; merged over all nodes without it.'),
  map: z.string().max(256).optional().describe('Only this map, with or without the "@".'),
  from: z.iso.datetime({ offset: true }).optional().describe('Windows that start at or after this instant.'),
  to: z.iso.datetime({ offset: true }).optional().describe('Windows that start before this instant.'),
});
export type ResultsQuery = z.infer<typeof ResultsQuery>;

export const StreamQuery = z.object({
  results: z
    .enum(['interval', 'end'])
    .optional()
    .describe('Results at every interval, as nothing said means; or the final ones alone, which may be large.'),
});
export type StreamQuery = z.infer<typeof StreamQuery>;

export const EventsQuery = z.object({
  after: z.string().max(32).optional().describe('Only events after this id.'),
  follow: z.enum(['true', 'false']).optional().describe('Keep the answer open until the session ends.'),
  node: z.string().max(253).optional().describe('Only what this node printed.'),
  from: z.iso.datetime({ offset: true }).optional().describe('Only what was printed at or after this instant.'),
  to: z.iso.datetime({ offset: true }).optional().describe('Only what was printed before this instant.'),
});
export type EventsQuery = z.infer<typeof EventsQuery>;
