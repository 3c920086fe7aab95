import { z } from 'zod';
import { type Problem, problemCodes, problemKinds } from './problem.ts';

export const DiagnosticBody = z
  .object({
    severity: z.enum(['error', 'warning']),
    code: z.string(),
    message: z.string(),
    hint: z.string().nullable(),
    line: z.int().describe('From 1; 0 where unknown.'),
    column: z.int(),
    endLine: z.int(),
    endColumn: z.int().describe('Exclusive.'),
  })
  .meta({ id: 'Diagnostic' });

/** RFC 9457. */
export const ProblemBody = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.enum(problemCodes),
    pointer: z.string().optional().describe('JSON pointer into the request body.'),
    hint: z.string().optional(),
    diagnostics: z.array(DiagnosticBody).optional(),
  })
  .meta({ id: 'Problem' });

export type ProblemBody = z.infer<typeof ProblemBody>;

export function problemBody(problem: Problem): ProblemBody {
  const { status, title } = problemKinds[problem.code];
  const { pointer, hint, diagnostics } = problem.details;
  return {
    type: `urn:bpfleet:problem:${problem.code}`,
    title,
    status,
    detail: problem.message,
    code: problem.code,
    ...(pointer === undefined ? {} : { pointer }),
    ...(hint === undefined ? {} : { hint }),
    ...(diagnostics === undefined ? {} : { diagnostics: [...diagnostics] }),
  };
}
