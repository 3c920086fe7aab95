/** Why a part of the virtual fleet did not come to be: one sentence, naming guest and step. */
export class FleetError extends Error {
  override readonly name = 'FleetError';
}

/** Runs a step under a name; what goes wrong in it becomes one sentence that names both. */
export async function step<T>(where: string, what: string, action: () => T | Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    if (cause instanceof FleetError) throw cause;
    const said = cause instanceof Error ? cause.message : String(cause);
    throw new FleetError(`${where}: ${what} failed: ${said}`, { cause });
  }
}
