import { z } from 'zod';
import { DiagnosticBody } from '../../problem/problem-schema.ts';
import { ProgramBody } from '../session.body.ts';

export const CheckProgramBody = z
  .strictObject({
    program: ProgramBody,
    nodes: z.string().max(4096).default('all').describe('Selector: `all`, or terms as in `arch=arm64,role!=db`.'),
  })
  .meta({ id: 'CheckProgram' });
export type CheckProgramBody = z.infer<typeof CheckProgramBody>;

const NodeCheckBody = z
  .object({
    node: z.string(),
    arch: z.string(),
    kernel: z.string(),
    answer: z
      .enum(['loads', 'refused', 'silent', 'offline'])
      .describe('silent: it is connected and did not answer in time.'),
    reason: z.string().nullable().describe('Why it is refused there.'),
    variant: z.string().optional().describe('Which of several variants it would take.'),
    diagnostics: z.array(DiagnosticBody),
  })
  .meta({ id: 'NodeCheck' });
export type NodeCheckBody = z.infer<typeof NodeCheckBody>;

export const CheckedBody = z.object({ items: z.array(NodeCheckBody) }).meta({ id: 'Checked' });
export type CheckedBody = z.infer<typeof CheckedBody>;
