/** What became of a case on a node. */
export interface Outcome {
  readonly node: string;
  readonly name: string;
  readonly state: 'pass' | 'fail' | 'skipped';
  /** Of a failure or a skip: one sentence. */
  readonly reason?: string;
  readonly seconds: number;
  /** More of it, for the text under the matrix. */
  readonly note?: string;
}

/**
 * Why something cannot be judged: the kernel left out runs of a program, and told so. Since 7.0 a raw program
 * can be preempted, and is not run for other tasks of that CPU meanwhile.
 */
export class LeftOut extends Error {
  override readonly name = 'LeftOut';
}

/** Does something and times it: it passed where it threw nothing. */
export async function outcomeOf(node: string, name: string, action: () => unknown): Promise<Outcome> {
  const start = performance.now();
  const seconds = () => (performance.now() - start) / 1000;
  try {
    await action();
    return { node, name, state: 'pass', seconds: seconds() };
  } catch (error) {
    return {
      node,
      name,
      state: error instanceof LeftOut ? 'skipped' : 'fail',
      reason: error instanceof Error ? error.message : String(error),
      seconds: seconds(),
    };
  }
}
