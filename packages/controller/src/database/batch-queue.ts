export interface BatchRules<I> {
  /** Inputs with the same key never share a batch, and keep their order. */
  readonly keyOf?: (input: I) => string;
  /** What an input counts towards `maxWeight`; 1 where it is not given. */
  readonly weightOf?: (input: I) => number;
  /** Of one batch, unless a single input is heavier. */
  readonly maxWeight: number;
}

interface Waiting<I, O> {
  readonly input: I;
  readonly done: (output: O) => void;
  readonly failed: (error: unknown) => void;
}

/**
 * Work of many callers done together: what comes while one batch is under way goes into the next, so that a busy fleet costs a
 * few transactions and a quiet one waits for nothing. A batch that the database refuses for what is in it is done again one by
 * one, so that a bad input harms nobody else.
 */
export class BatchQueue<I, O> {
  private waiting: Waiting<I, O>[] = [];
  private running: Promise<void> | undefined;
  private readonly work: (inputs: readonly I[]) => Promise<readonly (O | Error)[]>;
  private readonly rules: BatchRules<I>;

  /** `work` answers for each input, in order; an error is the failure of that input. What it throws is that of all. */
  constructor(rules: BatchRules<I>, work: (inputs: readonly I[]) => Promise<readonly (O | Error)[]>) {
    this.rules = rules;
    this.work = work;
  }

  submit(input: I): Promise<O> {
    return new Promise((done, failed) => {
      this.waiting.push({ input, done, failed });
      this.running ??= this.drain();
    });
  }

  /** Resolves when everything that was submitted is done or has failed. */
  async idle(): Promise<void> {
    await this.running;
  }

  private async drain(): Promise<void> {
    // Let everything that arrived in the same turn of the event loop join the first batch.
    await Promise.resolve();
    while (this.waiting.length > 0) {
      await this.run(this.take());
    }
    this.running = undefined;
  }

  private async run(batch: readonly Waiting<I, O>[]): Promise<void> {
    try {
      const outputs = await this.work(batch.map(({ input }) => input));
      for (const [index, { done, failed }] of batch.entries()) {
        const output = outputs[index];
        if (output instanceof Error) {
          failed(output);
        } else {
          done(output as O);
        }
      }
    } catch (error) {
      if (batch.length > 1 && isRefusedForItsContent(error)) {
        for (const each of batch) {
          await this.run([each]);
        }
        return;
      }
      for (const { failed } of batch) {
        failed(error);
      }
    }
  }

  private take(): Waiting<I, O>[] {
    const { keyOf, weightOf = () => 1, maxWeight } = this.rules;
    const batch: Waiting<I, O>[] = [];
    let rest: Waiting<I, O>[] = [];
    const seen = new Set<string>();
    let weight = 0;
    for (const [index, entry] of this.waiting.entries()) {
      const added = weightOf(entry.input);
      if (batch.length > 0 && weight + added > maxWeight) {
        rest = rest.concat(this.waiting.slice(index));
        break;
      }
      const key = keyOf?.(entry.input);
      if (key !== undefined && seen.has(key)) {
        rest.push(entry);
        continue;
      }
      if (key !== undefined) {
        seen.add(key);
      }
      batch.push(entry);
      weight += added;
    }
    this.waiting = rest;
    return batch;
  }
}

/** SQLSTATE classes 22 and 23: data that cannot be, and constraints that it breaks. Anything else is the database's trouble. */
function isRefusedForItsContent(error: unknown): boolean {
  return /^2[23]...$/.test(String((error as { code?: unknown } | null)?.code));
}
