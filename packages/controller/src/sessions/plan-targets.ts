import type { NodeAnswer } from '../gateway/node-questions.ts';
import type { ProblemDiagnostic } from '../problem/problem.ts';
import { toProblemDiagnostics } from './program-diagnostics.ts';

export interface PlannedTarget {
  readonly state: 'pending' | 'offline' | 'skipped';
  readonly reason: string | null;
  readonly diagnostics: ProblemDiagnostic[];
}

export type TargetPlan =
  | { readonly kind: 'run'; readonly targets: readonly PlannedTarget[] }
  /** No node that could be asked takes the program. */
  | { readonly kind: 'refused'; readonly reason: string; readonly diagnostics: ProblemDiagnostic[] };

/** What becomes of each target, in the order of the answers. */
export function planTargets(answers: readonly NodeAnswer[]): TargetPlan {
  const targets = answers.map(planTarget);
  const refusals = targets.filter(({ state }) => state === 'skipped');
  const [first] = refusals;
  if (first !== undefined && !targets.some(({ state }) => state === 'pending')) {
    return { kind: 'refused', reason: first.reason ?? '', diagnostics: first.diagnostics };
  }
  return { kind: 'run', targets };
}

function planTarget(answer: NodeAnswer): PlannedTarget {
  switch (answer.kind) {
    case 'offline':
      return { state: 'offline', reason: 'it was not connected when the session began', diagnostics: [] };
    case 'silent':
      // It is given the assignment, and will say itself what is wrong.
      return { state: 'pending', reason: null, diagnostics: [] };
    case 'answered': {
      const diagnostics = toProblemDiagnostics(answer.response.diagnostics);
      if (answer.response.loads) {
        return { state: 'pending', reason: null, diagnostics };
      }
      const reason = answer.response.reason || diagnostics.find(({ severity }) => severity === 'error')?.message;
      return { state: 'skipped', reason: reason ?? 'the program does not load there', diagnostics };
    }
  }
}
