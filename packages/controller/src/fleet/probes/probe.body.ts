import { z } from 'zod';

export const defaultProbes = 1_000;
export const maxProbes = 10_000;
export const maxPattern = 1_024;

export const ProbesQuery = z.object({
  pattern: z.string().min(1).max(maxPattern).describe("bpftrace's search pattern, as in `tracepoint:sched:*`."),
  nodes: z.string().max(4096).default('all').describe('Selector: `all`, or terms as in `arch=arm64,role!=db`.'),
  arguments: z.enum(['true', 'false']).default('false').describe('Whether to tell what each probe gives.'),
  limit: z.coerce.number().int().min(1).max(maxProbes).default(defaultProbes),
});
export type ProbesQuery = z.infer<typeof ProbesQuery>;

const ProbeBody = z
  .object({
    name: z.string(),
    arguments: z
      .array(z.object({ type: z.string(), name: z.string() }))
      .describe('As the first node that has it tells them.'),
    nodes: z.int().describe('How many of the nodes that answered have it.'),
  })
  .meta({ id: 'Probe' });

export const ProbeListBody = z
  .object({
    items: z.array(ProbeBody),
    nodes: z.object({
      chosen: z.int(),
      asked: z.int().describe('Of many nodes with one kernel and architecture only some are.'),
      answered: z.int(),
    }),
    more: z.boolean().describe('Some node has more matching probes than were asked for.'),
  })
  .meta({ id: 'ProbeList' });
export type ProbeListBody = z.infer<typeof ProbeListBody>;
