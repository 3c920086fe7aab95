/** What is wrong in a file of a tool. Lines and columns count from 1; 0: of the file as a whole. */
export interface ToolProblem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** A tool, or a library of them, that cannot be used. The message has a line for each problem: `FILE:LINE:COLUMN: MESSAGE`. */
export class ToolError extends Error {
  override readonly name = 'ToolError';
  readonly problems: readonly ToolProblem[];

  constructor(problems: readonly ToolProblem[]) {
    super(problems.map(problemLine).join('\n'));
    this.problems = problems;
  }
}

function problemLine({ file, line, column, message }: ToolProblem): string {
  return line === 0 ? `${file}: ${message}` : `${file}:${line}:${column}: ${message}`;
}
