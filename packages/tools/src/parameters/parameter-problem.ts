/** What is wrong with the parameters that a tool was given. */
export interface ParameterProblem {
  /** As it was given. */
  readonly name: string;
  readonly message: string;
}

export class ParameterError extends Error {
  override readonly name = 'ParameterError';
  readonly problems: readonly ParameterProblem[];

  constructor(problems: readonly ParameterProblem[]) {
    super(problems.map(({ name, message }) => `${name}: ${message}`).join('; '));
    this.problems = problems;
  }
}
