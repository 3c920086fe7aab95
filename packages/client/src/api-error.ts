import type { Problem } from './api-types.ts';

/**
 * A request to the controller that failed. `problem` is what the controller said (RFC 9457); where no controller
 * answered its code is `unreachable`, where what answered is none, `not_a_controller`, both with status 0.
 */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly problem: Problem;

  constructor(problem: Problem, options?: ErrorOptions) {
    super(problem.detail, options);
    this.problem = problem;
  }

  get code(): string {
    return this.problem.code;
  }

  /** Whether the same request may succeed later without being changed. */
  get transient(): boolean {
    const { code, status } = this.problem;
    return (
      code === 'unreachable' || status === 408 || status === 429 || status === 502 || status === 503 || status === 504
    );
  }
}

export function localProblem(code: 'unreachable' | 'not_a_controller', detail: string, hint: string): Problem {
  return { type: `urn:bpfleet:problem:${code}`, title: 'No answer from a controller', status: 0, detail, code, hint };
}
