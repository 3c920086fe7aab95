import type { RunOptions, Trace, TraceEnd, TraceEvent, TraceWindow } from './api.ts';
import { DRAIN_LIMIT, EVENTS_AT_ONCE, MAX_PAUSE_MS, nextPause, watchPause } from './drain-pace.ts';
import { EventBudget } from './event-budget.ts';
import { OverheadMeter } from './overhead-meter.ts';
import { type RunClock, systemClock } from './run-clock.ts';
import { boundaryAfter, boundaryAtOrBefore } from './window-boundary.ts';
import { WindowBuilder } from './window-builder.ts';

/** The wall clock may be set meanwhile: it is looked at again after so long, milliseconds. */
const MAX_WATCH_MS = 1_000;

/**
 * Attaches a loaded trace, gives its results window by window, detaches it and gives the last window. The caller
 * closes the trace. Throws TraceError where it cannot be attached, and whatever a callback throws; it is detached then.
 */
export function runTrace(trace: Trace, options: RunOptions): Promise<TraceEnd> {
  return runWithClock(trace, options, systemClock);
}

/** As runTrace, with the given clock. */
export async function runWithClock(trace: Trace, options: RunOptions, clock: RunClock): Promise<TraceEnd> {
  if (!(options.intervalMs > 0)) throw new RangeError('intervalMs must be positive');
  try {
    return await new Run(trace, options, clock).run();
  } catch (error) {
    trace.detach();
    throw error;
  }
}

class Run {
  readonly #trace: Trace;
  readonly #options: RunOptions;
  readonly #clock: RunClock;
  #meter: OverheadMeter | null = null;
  #budget: EventBudget | null = null;
  #detachedAt: number | null = null;

  constructor(trace: Trace, options: RunOptions, clock: RunClock) {
    this.#trace = trace;
    this.#options = options;
    this.#clock = clock;
  }

  async run(): Promise<TraceEnd> {
    this.#trace.attach();
    const attachedAt = this.#now();
    const startedMs = this.#clock.monotonicMs();
    const windows = new WindowBuilder(this.#trace, attachedAt);
    const { measureOverhead, onOverhead, eventsPerSecond } = this.#options;
    if (measureOverhead === true || onOverhead !== undefined)
      this.#meter = new OverheadMeter(this.#trace, this.#clock, onOverhead);
    if (eventsPerSecond !== undefined) this.#budget = new EventBudget(eventsPerSecond, startedMs);
    this.#options.onAttached?.();
    const ended = await this.#watch(windows, startedMs);
    const overhead = this.#meter?.end() ?? null;
    const detachedAt = this.#detach();
    this.#drainRest(windows);
    await this.#options.onWindow(await windows.close(detachedAt));
    const { exitCode } = this.#trace;
    return { ended, exitCode, attachedAt, detachedAt, lost: windows.lost, overhead };
  }

  /** Until the time is over, the program calls exit(), or the caller aborts. */
  async #watch(windows: WindowBuilder, startedMs: number): Promise<TraceEnd['ended']> {
    const { durationMs, intervalMs, signal, stayAttached = false } = this.#options;
    const endMs = startedMs + (durationMs ?? Number.POSITIVE_INFINITY);
    let boundary = boundaryAfter(this.#now(), intervalMs);
    let pause = 1;
    let newsMs = startedMs;
    for (;;) {
      const taken = this.#drain(windows, this.#room(windows));
      if (this.#trace.exitRequested || !(this.#trace.hasProbes || stayAttached)) return 'exit';
      if (signal?.aborted === true) return 'abort';
      const leftMs = endMs - this.#clock.monotonicMs();
      if (leftMs <= 0) return 'duration';
      const now = this.#now();
      if (now >= boundary) {
        // Late by more than a window: one long window, never an empty one for a time that nobody measured.
        await this.#give(windows.close(boundaryAtOrBefore(now, intervalMs)), windows, endMs);
        boundary = boundaryAfter(this.#now(), intervalMs);
        continue;
      }
      // The wall clock was set back.
      if (boundary - now > intervalMs) boundary = boundaryAfter(now, intervalMs);
      pause = nextPause(taken, pause);
      if (taken > 0) newsMs = this.#clock.monotonicMs();
      const unmetered = this.#meter?.step() ?? Number.POSITIVE_INFINITY;
      const longest = Math.max(0, Math.min(boundary - now, leftMs, unmetered));
      if (pause < MAX_PAUSE_MS || this.#room(windows) === 0) await this.#clock.sleep(Math.min(pause, longest), signal);
      else {
        const every = watchPause(this.#clock.monotonicMs() - newsMs);
        await this.#clock.watch(every, Math.min(longest, MAX_WATCH_MS), () => this.#trace.hasNews, signal);
      }
    }
  }

  /** How many events may be taken now. */
  #room(windows: WindowBuilder): number {
    return windows.full || this.#options.takesEvents?.() === false ? 0 : DRAIN_LIMIT;
  }

  /**
   * While the maps of a window are read, and while its taker is busy, events of the next window are read and what the programs cost is
   * watched all the same; an abort, or the end of the time, detaches them at once.
   */
  async #give(window: TraceWindow | Promise<TraceWindow>, next: WindowBuilder, endMs: number): Promise<void> {
    const { onWindow, signal } = this.#options;
    const given = window instanceof Promise ? window.then((read) => onWindow(read)) : onWindow(window);
    if (given === undefined) return;
    const taken = new AbortController();
    const settled = given.finally(() => taken.abort());
    // Awaited below; until then a failure is not to count as nobody's.
    settled.catch(() => undefined);
    const wake = signal === undefined ? taken.signal : AbortSignal.any([taken.signal, signal]);
    let pause = 1;
    let leftMs = endMs - this.#clock.monotonicMs();
    while (!wake.aborted && leftMs > 0) {
      const unmetered = this.#meter?.step() ?? Number.POSITIVE_INFINITY;
      pause = nextPause(this.#drain(next, this.#room(next)), pause);
      await this.#clock.sleep(Math.min(unmetered, pause, leftMs), wake);
      leftMs = endMs - this.#clock.monotonicMs();
    }
    if (signal?.aborted === true || leftMs <= 0) this.#detach();
    await settled;
  }

  /** Returns when it was detached. */
  #detach(): number {
    this.#trace.detach();
    this.#detachedAt ??= this.#now();
    return this.#detachedAt;
  }

  /** Returns how many events there were, taken or not. */
  #drain(windows: WindowBuilder, limit: number): number {
    let found = 0;
    while (found < limit) {
      const some = this.#drainSome(windows, Math.min(limit - found, EVENTS_AT_ONCE));
      found += some;
      if (some < EVENTS_AT_ONCE) break;
    }
    return found;
  }

  #drainSome(windows: WindowBuilder, limit: number): number {
    const { events: found, sampledOut } = this.#budget?.drain(this.#trace, limit, this.#clock.monotonicMs()) ?? {
      events: this.#trace.drain(limit),
      sampledOut: 0,
    };
    const events = this.#inFleetTime(found);
    if (events.length > 0) {
      if (this.#options.keepEvents !== false) windows.add(events);
      this.#options.onEvents?.(events);
    }
    if (sampledOut > 0) windows.sampleOut(sampledOut);
    return events.length + sampledOut;
  }

  /** After detach nothing new comes, so this ends; and nothing that is in the rings is left behind. */
  #drainRest(windows: WindowBuilder): void {
    while (this.#drain(windows, DRAIN_LIMIT) > 0);
  }

  #now(): number {
    return this.#clock.wallMs() + this.#offsetMs();
  }

  #offsetMs(): number {
    return this.#options.clockOffsetMs?.() ?? 0;
  }

  #inFleetTime(events: readonly TraceEvent[]): readonly TraceEvent[] {
    const offset = BigInt(Math.round(this.#offsetMs() * 1e6));
    return offset === 0n ? events : events.map((event) => ({ ...event, at: event.at + offset }));
  }
}
