/** Why a local trace was not made. Told as bpftrace does: `ERROR: message`, and `HINT: hint` on a line of its own. */
export class LocalError extends Error {
  override readonly name = 'LocalError';
  readonly hint: string | undefined;
  /** Told in place of the message: marked lines of the script. */
  readonly reports: readonly string[];

  constructor(
    message: string,
    options: { readonly hint?: string; readonly reports?: readonly string[]; readonly cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.hint = options.hint;
    this.reports = options.reports ?? [];
  }
}
