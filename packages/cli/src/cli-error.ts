/** Exit statuses that scripts may rely on. */
export const ExitStatus = {
  done: 0,
  gateFailed: 1,
  inconclusive: 2,
  failed: 3,
  wrongRequest: 4,
  /** As shells have it: 128 + SIGINT. */
  interrupted: 130,
} as const;

/** Why a command did not do what was asked. `message` is one sentence; `hint` says what to do next. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly status: number;
  readonly hint: string | undefined;
  /** Shown above the message as it is: the marked lines of a script. */
  readonly report: string | undefined;

  constructor(
    status: number,
    message: string,
    options: { readonly hint?: string; readonly report?: string; readonly cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.status = status;
    this.hint = options.hint;
    this.report = options.report;
  }
}

export function wrongRequest(message: string, hint?: string): CliError {
  return new CliError(ExitStatus.wrongRequest, message, hint === undefined ? {} : { hint });
}
