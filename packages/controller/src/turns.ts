import { setImmediate } from 'node:timers/promises';

const turnMs = 20;

/** Long work is done in turns: agents and other controllers wait for an answer meanwhile, and take silence for death. */
export class Turns {
  #endsAt = performance.now() + turnMs;

  /** Between two steps: lets others have their turn, once this one has lasted. */
  async next(): Promise<void> {
    if (performance.now() < this.#endsAt) return;
    await setImmediate();
    this.#endsAt = performance.now() + turnMs;
  }
}
