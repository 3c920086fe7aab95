import { setImmediate } from 'node:timers/promises';
import { systemClock } from './run-clock.ts';

const turnMs = 20;

/** Work that can be left after each step. */
export type Steps<T> = Generator<void, T, void>;

/** Does all steps: at once if that is short, else in turns with everything else that waits in this process. */
export function inTurns<T>(steps: Steps<T>): T | Promise<T> {
  const { done, value } = oneTurn(steps);
  return done === true ? value : theRest(steps);
}

/** Does all steps at once, however long it takes. */
export function atOnce<T>(steps: Steps<T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
}

/**
 * The same steps as long as what they read is open: a file descriptor that was closed meanwhile may be another file's by now. Throws
 * between two steps else.
 */
export function* whileOpen<T>(steps: Steps<T>, isOpen: () => boolean): Steps<T> {
  for (;;) {
    if (!isOpen()) throw new Error('the trace was closed while its maps were read');
    const { done, value } = steps.next();
    if (done === true) return value;
    yield;
  }
}

async function theRest<T>(steps: Steps<T>): Promise<T> {
  for (;;) {
    await setImmediate();
    const { done, value } = oneTurn(steps);
    if (done === true) return value;
  }
}

function oneTurn<T>(steps: Steps<T>): IteratorResult<void, T> {
  const endsAt = systemClock.monotonicMs() + turnMs;
  for (;;) {
    const step = steps.next();
    if (step.done === true || systemClock.monotonicMs() >= endsAt) return step;
  }
}
