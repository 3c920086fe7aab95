/** Why a local trace was not made. Told as bpftrace does: `ERROR: message`, and `HINT: hint` on a line of its own. */
export class LocalError extends Error {
  override readonly name = 'LocalError';
  readonly hint: string | undefined;

  constructor(message: string, options: { readonly hint?: string; readonly cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.hint = options.hint;
  }
}
