import { setTimeout as sleep } from 'node:timers/promises';
import { ApiError } from '@bpfleet/client';

/** Does again what failed because no controller answered, for as long as a restart takes. `act` must be repeatable. */
export async function retryWhileAway<T>(act: () => Promise<T>, patienceMs: number): Promise<T> {
  const until = performance.now() + patienceMs;
  for (let wait = 250; ; wait = Math.min(2 * wait, 2_000)) {
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof ApiError && error.transient) || performance.now() + wait > until) {
        throw error;
      }
      await sleep(wait);
    }
  }
}
