import { ToolManifestSchema } from '@bpfleet/tools';
import { z } from 'zod';
import { nextCursor } from '../paging/page-query.ts';

const { name, summary, area, overhead, parameters, outputs, columns, related, example } = ToolManifestSchema.shape;
const brief = {
  name,
  summary,
  area,
  overhead,
  digest: z.string().describe('Of the scripts: `sha256:` and 64 digits.'),
};

export const ToolListBody = z
  .object({
    items: z.array(z.object(brief).meta({ id: 'ToolSummary' })),
    version: z.string().describe('Of the library: another where any tool runs something else.'),
    nextCursor,
  })
  .meta({ id: 'ToolList' });
export type ToolListBody = z.infer<typeof ToolListBody>;

export const ToolBody = z
  .object({
    ...brief,
    parameters,
    outputs,
    columns: columns.unwrap().nullable().describe('What each column of printed lines is called.'),
    variants: z
      .array(
        z.object({
          name: z.string(),
          source: z.string().nullable().describe('null: it is generated of the parameters.'),
          kernels: z.string().describe('Where it is known to run.'),
          arch: z.array(z.string()).describe('Empty: all.'),
          needs: z.string(),
        }),
      )
      .describe('In the order in which a node tries them; it takes the first that fits it.'),
    related,
    example,
    documentation: z.string().describe('Markdown.'),
  })
  .meta({ id: 'Tool' });
export type ToolBody = z.infer<typeof ToolBody>;
