import type { RunOptions, Trace, TraceEnd, TraceEvent } from './api.ts';
import { DRAIN_LIMIT, MAX_PAUSE_MS, nextPause, watchPause } from './drain-pace.ts';
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
    if (this.#options.measureOverhead === true) this.#meter = new OverheadMeter(this.#trace, this.#clock);
    this.#options.onAttached?.();
    const ended = await this.#watch(windows, startedMs);
    const overhead = this.#meter?.end() ?? null;
    this.#trace.detach();
    const detachedAt = this.#now();
    this.#drainRest(windows);
    await this.#options.onWindow(windows.close(detachedAt));
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
      const taken = this.#drain(windows, windows.full ? 0 : DRAIN_LIMIT);
      if (this.#trace.exitRequested || !(this.#trace.hasProbes || stayAttached)) return 'exit';
      if (signal?.aborted === true) return 'abort';
      const leftMs = endMs - this.#clock.monotonicMs();
      if (leftMs <= 0) return 'duration';
      const now = this.#now();
      if (now >= boundary) {
        // Late by more than a window: one long window, never an empty one for a time that nobody measured.
        await this.#options.onWindow(windows.close(boundaryAtOrBefore(now, intervalMs)));
        boundary = boundaryAfter(this.#now(), intervalMs);
        continue;
      }
      // The wall clock was set back.
      if (boundary - now > intervalMs) boundary = boundaryAfter(now, intervalMs);
      pause = nextPause(taken, pause);
      if (taken > 0) newsMs = this.#clock.monotonicMs();
      const unmetered = this.#meter?.step() ?? Number.POSITIVE_INFINITY;
      const longest = Math.max(0, Math.min(boundary - now, leftMs, unmetered));
      if (pause < MAX_PAUSE_MS || windows.full) await this.#clock.sleep(Math.min(pause, longest), signal);
      else {
        const every = watchPause(this.#clock.monotonicMs() - newsMs);
        await this.#clock.watch(every, Math.min(longest, MAX_WATCH_MS), () => this.#trace.hasNews, signal);
      }
    }
  }

  #drain(windows: WindowBuilder, limit: number): number {
    const events = this.#inFleetTime(this.#trace.drain(limit));
    if (events.length > 0) {
      if (this.#options.keepEvents !== false) windows.add(events);
      this.#options.onEvents?.(events);
    }
    return events.length;
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

  #inFleetTime(events: TraceEvent[]): readonly TraceEvent[] {
    const offset = BigInt(Math.round(this.#offsetMs() * 1e6));
    return offset === 0n ? events : events.map((event) => ({ ...event, at: event.at + offset }));
  }
}
