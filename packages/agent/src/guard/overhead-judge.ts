/** How many samples, one after another, must be over a limit: one may be a burst. */
const samples = 3;

export type OverheadVerdict =
  | { readonly kind: 'fine' }
  /** The next sample is to begin at once. */
  | { readonly kind: 'look-again' }
  /** `share`: what it was over those samples. */
  | { readonly kind: 'breach'; readonly share: number };

/**
 * Judges samples of what programs cost. With a sample of 100 ms each second, and the next at once after one over the limit,
 * a breach is known 1.2 s after it began at most.
 */
export class OverheadJudge {
  #over: number[] = [];

  /** @param limit as it is now; null: none */
  judge(share: number, limit: number | null): OverheadVerdict {
    if (limit === null || share <= limit) {
      this.#over = [];
      return { kind: 'fine' };
    }
    this.#over.push(share);
    if (this.#over.length < samples) return { kind: 'look-again' };
    const mean = this.#over.reduce((sum, each) => sum + each, 0) / this.#over.length;
    this.#over = [];
    return { kind: 'breach', share: mean };
  }
}
