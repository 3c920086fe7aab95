import { z } from 'zod';
import { nextCursor, pageQuery } from '../paging/page-query.ts';

export const NodeBody = z
  .object({
    id: z.uuid(),
    name: z.string(),
    arch: z.string(),
    kernel: z.string(),
    labels: z.record(z.string(), z.string()),
    features: z.array(z.string()),
    missing: z.record(z.string(), z.string()).describe('Why a feature that most nodes have is absent.'),
    state: z.enum(['online', 'offline']),
    address: z.string().nullable(),
    cpus: z.int(),
    memoryBytes: z.int(),
    agentVersion: z.string(),
    enrolledAt: z.iso.datetime(),
    lastSeenAt: z.iso.datetime().nullable(),
    running: z.int().describe('Sessions running there now.'),
  })
  .meta({ id: 'Node' });
export type NodeBody = z.infer<typeof NodeBody>;

export const NodeListBody = z.object({ items: z.array(NodeBody), nextCursor }).meta({ id: 'NodeList' });

export const NodesQuery = z.object({
  selector: z.string().max(4096).default('all').describe('As in `arch=arm64,role!=db`.'),
  ...pageQuery,
});
export type NodesQuery = z.infer<typeof NodesQuery>;
