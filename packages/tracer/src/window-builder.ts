import { diff, isEmptyDelta, type LossCounts, type MapState, noLoss, subtractLoss } from '@bpfleet/aggregate';
import type { Trace, TraceEvent, TraceWindow } from './api.ts';
import { inTurns } from './in-turns.ts';

/**
 * Memory that the events of one window may take, about, in bytes. Beyond it they stay in the ring, and what the ring
 * cannot hold the kernel counts as lost.
 */
const MAX_WINDOW_BYTES = 64 * 1024 * 1024;
/** What an event takes besides its text, as measured. */
const EVENT_BYTES = 400;

/** Cuts a trace into windows of differences. Law: the windows add up to the maps and losses of the last read. */
export class WindowBuilder {
  readonly #trace: Trace;
  #start: number;
  #maps: readonly MapState[] = [];
  #lost: LossCounts = noLoss();
  #sampledOut = 0n;
  #events: TraceEvent[] = [];
  #eventBytes = 0;

  constructor(trace: Trace, start: number) {
    this.#trace = trace;
    this.#start = start;
  }

  /** Lost up to the last window. */
  get lost(): LossCounts {
    return this.#lost;
  }

  /** Whether this window can take more events. */
  get full(): boolean {
    return this.#eventBytes >= MAX_WINDOW_BYTES;
  }

  /** So many events were thrown away by a limit. */
  sampleOut(events: number): void {
    this.#sampledOut += BigInt(events);
  }

  add(events: readonly TraceEvent[]): void {
    for (const event of events) {
      this.#events.push(event);
      this.#eventBytes += EVENT_BYTES + event.text.length;
    }
  }

  /**
   * Closes the window at `end`, the next one starts there; and reads maps and losses from now on, in turns where it takes long. Events
   * that are added meanwhile are of the next window.
   */
  close(end: number): TraceWindow | Promise<TraceWindow> {
    // The wall clock may have been set back meanwhile.
    const cut = { start: Math.min(this.#start, end), end, events: this.#events };
    this.#start = end;
    this.#events = [];
    this.#eventBytes = 0;
    const maps = this.#trace.readingMaps === undefined ? this.#trace.readMaps() : inTurns(this.#trace.readingMaps());
    return maps instanceof Promise ? maps.then((read) => this.#windowOf(cut, read)) : this.#windowOf(cut, maps);
  }

  #windowOf(cut: Pick<TraceWindow, 'start' | 'end' | 'events'>, maps: readonly MapState[]): TraceWindow {
    const lost = { ...this.#trace.losses(), sampledOut: this.#sampledOut };
    const window: TraceWindow = {
      ...cut,
      maps: maps.map((state, index) => diff(this.#maps[index], state)).filter((delta) => !isEmptyDelta(delta)),
      lost: subtractLoss(lost, this.#lost),
    };
    this.#maps = maps;
    this.#lost = lost;
    return window;
  }
}
