import { addLoss, applyDelta, emptyState, keyId, type MapSchema, type MapState, noLoss } from '@bpfleet/aggregate';
import { onlineCpus } from '@bpfleet/kernel';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RunOptions, Trace, TraceEvent, TraceWindow } from './api.ts';
import { MAX_PAUSE_MS, nextPause } from './drain-pace.ts';
import type { RunClock } from './run-clock.ts';
import { runWithClock } from './run-trace.ts';
import { boundaryAfter, boundaryAtOrBefore } from './window-boundary.ts';

const schema: MapSchema = { id: 0, name: '@n', kind: 'count', key: [], signed: false };

/** A kernel that counts one a millisecond, of which it loses each tenth, and prints each 100 ms while attached. */
class FakeTrace implements Trace {
  readonly schemas = [schema];
  readonly warnings = [];
  readonly probes = 1;
  readonly hasProbes: boolean = true;
  readonly mapBytes = 0;
  readonly programIds = [1];
  exitAfter = Number.POSITIVE_INFINITY;
  /** When counting was turned on and off. */
  readonly counting: [number, boolean][] = [];
  state: 'loaded' | 'attached' | 'detached' | 'closed' = 'loaded';
  readonly #clock: FakeClock;
  #attachedAt = 0;
  #detachedAt = 0;
  #printed = 0;

  constructor(clock: FakeClock) {
    this.#clock = clock;
  }

  get #ticks(): number {
    return (this.state === 'attached' ? this.#clock.monotonicMs() : this.#detachedAt) - this.#attachedAt;
  }

  readonly exitCode = 0;

  get exitRequested(): boolean {
    return this.#ticks >= this.exitAfter;
  }

  attach(): void {
    this.state = 'attached';
    this.#attachedAt = this.#clock.monotonicMs();
  }

  drain(limit = Number.POSITIVE_INFINITY): TraceEvent[] {
    const due = Math.min(limit, Math.floor(this.#ticks / 100) - this.#printed);
    this.#printed += due;
    return Array.from({ length: due }, () => ({ at: 1n, type: 'printf', text: 'x\n', values: [] }) as const);
  }

  get hasNews(): boolean {
    return this.exitRequested || Math.floor(this.#ticks / 100) > this.#printed;
  }

  readMaps(): MapState[] {
    const state = emptyState(schema);
    if (this.#ticks > 0) state.entries.set(keyId([]), { key: [], cells: new Map([[0, BigInt(this.#ticks)]]) });
    return [state];
  }

  losses() {
    return { ...noLoss(), kernel: BigInt(Math.floor(this.#ticks / 10)) };
  }

  countRuns(on: boolean): void {
    this.counting.push([this.#clock.monotonicMs(), on]);
  }

  runStats() {
    return { ns: BigInt(this.#ticks) * 1000n, runs: BigInt(this.#ticks) };
  }

  detach(): void {
    if (this.state !== 'attached') return;
    this.#detachedAt = this.#clock.monotonicMs();
    this.state = 'detached';
  }

  close(): void {
    this.detach();
    this.state = 'closed';
  }
}

class FakeClock implements RunClock {
  #elapsed = 0;
  #wall: number;
  /** What each sleep takes longer than asked. */
  late = 0;

  constructor(wall: number) {
    this.#wall = wall;
  }

  wallMs = () => this.#wall + this.#elapsed;
  monotonicMs = () => this.#elapsed;
  step = (ms: number) => {
    this.#wall += ms;
  };

  async sleep(ms: number): Promise<void> {
    this.#elapsed += Math.max(1, Math.ceil(ms)) + this.late;
  }

  async watch(everyMs: number, forMs: number, due: () => boolean): Promise<void> {
    const end = this.#elapsed + forMs;
    while (!due() && this.#elapsed < end) await this.sleep(Math.min(everyMs, end - this.#elapsed));
  }
}

async function record(
  clock: FakeClock,
  trace: Trace,
  options: Omit<RunOptions, 'onWindow'> & Partial<Pick<RunOptions, 'onWindow'>>,
) {
  const windows: TraceWindow[] = [];
  const end = await runWithClock(trace, { onWindow: (window) => void windows.push(window), ...options }, clock);
  return { windows, end };
}

describe('boundaries', () => {
  test.each([
    [1234, 1000, 1000, 2000],
    [2000, 1000, 2000, 3000],
    [0, 500, 0, 500],
  ])('%i in windows of %i', (now, interval, before, after) => {
    expect([boundaryAtOrBefore(now, interval), boundaryAfter(now, interval)]).toEqual([before, after]);
  });

  test('the pause grows to its bound while nothing comes, and falls at once when something does', () => {
    let pause = 0;
    for (let round = 0; round < 10; round++) pause = nextPause(0, pause);
    expect(pause).toBe(MAX_PAUSE_MS);
    expect(nextPause(1, pause)).toBe(1);
    expect(nextPause(1_000_000, pause)).toBe(0);
  });
});

describe('runTrace', () => {
  test('windows end at multiples of the interval, but for the last', async () => {
    const clock = new FakeClock(10_250);
    const { windows, end } = await record(clock, new FakeTrace(clock), { intervalMs: 1000, durationMs: 2500 });
    expect(windows.map(({ start, end }) => [start, end])).toEqual([
      [10_250, 11_000],
      [11_000, 12_000],
      [12_000, 12_750],
    ]);
    expect(end).toMatchObject({ ended: 'duration', attachedAt: 10_250, detachedAt: 12_750 });
  });

  test("windows follow the fleet's clock", async () => {
    const clock = new FakeClock(10_250);
    const { windows } = await record(clock, new FakeTrace(clock), {
      intervalMs: 1000,
      durationMs: 1000,
      clockOffsetMs: () => 500,
    });
    expect(windows.map(({ end }) => end)).toEqual([11_000, 11_750]);
  });

  test('a process that was held up gives one long window', async () => {
    const clock = new FakeClock(0);
    clock.late = 3000;
    const { windows } = await record(clock, new FakeTrace(clock), { intervalMs: 1000, durationMs: 5000 });
    expect(windows.map(({ start, end }) => end - start).every((length) => length > 1000)).toBe(true);
  });

  test('a wall clock that is set back does not stop the windows', async () => {
    const clock = new FakeClock(3_600_000);
    let seen = 0;
    await record(clock, new FakeTrace(clock), {
      intervalMs: 1000,
      durationMs: 5000,
      onWindow: () => {
        seen++;
        if (seen === 1) clock.step(-1_800_000);
      },
    });
    expect(seen).toBeGreaterThanOrEqual(5);
  });

  test('the sum of the windows is the final map, and their losses the final loss', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 100_000 }),
        fc.integer({ min: 10, max: 2000 }),
        fc.integer({ min: 1, max: 5000 }),
        fc.integer({ min: 0, max: 300 }),
        async (wall, intervalMs, durationMs, late) => {
          const clock = new FakeClock(wall);
          clock.late = late;
          const trace = new FakeTrace(clock);
          const { windows, end } = await record(clock, trace, { intervalMs, durationMs });
          const total = emptyState(schema);
          for (const window of windows) for (const delta of window.maps) applyDelta(total, delta);
          expect(total).toEqual(trace.readMaps()[0]);
          expect(windows.map(({ lost }) => lost).reduce(addLoss, noLoss())).toEqual(end.lost);
          expect(end.lost).toEqual(trace.losses());
          expect(windows.flatMap(({ events }) => events)).toHaveLength(
            Math.floor((end.detachedAt - end.attachedAt) / 100),
          );
          expect(windows.every(({ start, end }) => start <= end)).toBe(true);
        },
      ),
    );
  });

  test('what the programs cost is measured by samples, and only where that is wanted', async () => {
    const run = async (measureOverhead: boolean) => {
      const clock = new FakeClock(0);
      const trace = new FakeTrace(clock);
      const { end } = await record(clock, trace, { intervalMs: 1000, durationMs: 4050, measureOverhead });
      return { counting: trace.counting, overhead: end.overhead };
    };
    const samples = [0, 100, 2000, 2100, 4000, 4050].map((at, index) => [at, index % 2 === 0]);
    const { counting, overhead } = await run(true);
    expect(counting).toEqual(samples);
    // The trace says 1 µs a tick of 1 ms, also while nobody asked: another trace may have the kernel count.
    expect(overhead).toBeCloseTo(1e-3 / onlineCpus().length, 6);
    expect(await run(false)).toEqual({ counting: [], overhead: null });
  });

  test('where somebody acts upon it, it is measured each second, and at once again where that is asked for', async () => {
    const clock = new FakeClock(0);
    const trace = new FakeTrace(clock);
    const told: number[] = [];
    const onOverhead = (share: number | null) => {
      expect(share).toBeCloseTo(1e-3 / onlineCpus().length, 6);
      told.push(clock.monotonicMs());
      return told.length === 2 || told.length === 3 ? 'at-once' : 'soon';
    };
    await record(clock, trace, { intervalMs: 1000, durationMs: 3000, onOverhead });
    expect(told).toEqual([100, 1100, 1200, 1300, 2300]);
    expect(trace.counting.map(([at]) => at)).toEqual([0, 100, 1000, 1300, 2200, 2300]);
  });

  test('a kernel that does not count is told of once', async () => {
    const clock = new FakeClock(0);
    class Uncounted extends FakeTrace {
      override runStats = () => null as never;
    }
    const told: (number | null)[] = [];
    const onOverhead = (share: number | null) => (told.push(share) > 99 ? 'soon' : 'later');
    const { end } = await record(clock, new Uncounted(clock), { intervalMs: 1000, durationMs: 3000, onOverhead });
    expect(told).toEqual([null]);
    expect(end.overhead).toBeNull();
  });

  test('while a window is taken it is measured all the same, and an abort detaches at once', async () => {
    const clock = new FakeClock(0);
    const trace = new FakeTrace(clock);
    const abort = new AbortController();
    let letGo: () => void = () => undefined;
    const onOverhead = () => {
      if (clock.monotonicMs() > 5000) abort.abort();
      return 'soon' as const;
    };
    let atWindow = 0;
    const onWindow = (window: TraceWindow) => {
      if (window.end !== 1000) return;
      atWindow = clock.monotonicMs();
      return new Promise<void>((resolve) => {
        letGo = resolve;
      });
    };
    abort.signal.addEventListener('abort', () => {
      // The taker goes on being busy for a while.
      setTimeout(() => {
        expect(trace.state).toBe('detached');
        letGo();
      }, 5);
    });
    const { end } = await record(clock, trace, { intervalMs: 1000, signal: abort.signal, onOverhead, onWindow });
    expect(atWindow).toBeLessThan(1010);
    expect(end).toMatchObject({ ended: 'abort' });
    expect(end.detachedAt).toBeGreaterThan(5000);
    expect(end.detachedAt).toBeLessThan(6200);
  });

  test.each(['duration', 'abort'] as const)(
    'while maps are read for long the %s ends it at once, and nothing is lost',
    async (ended) => {
      const clock = new FakeClock(0);
      const abort = new AbortController();
      const states: string[] = [];
      class Slow extends FakeTrace {
        *readingMaps() {
          const read = this.readMaps();
          for (let step = 0; step < 3; step++) {
            // Each step is longer than a turn.
            for (const until = performance.now() + 25; performance.now() < until; );
            yield;
          }
          states.push(this.state);
          return read;
        }
      }
      const trace = new Slow(clock);
      const onOverhead = () => {
        if (ended === 'abort' && clock.monotonicMs() >= 4900) abort.abort();
        return 'soon' as const;
      };
      const { end, windows } = await record(clock, trace, {
        ...{ intervalMs: 1000, signal: abort.signal, onOverhead },
        ...(ended === 'duration' ? { durationMs: 5000 } : {}),
      });
      expect(states).toEqual(['detached', 'detached']);
      expect(end.ended).toBe(ended);
      expect(Math.abs(end.detachedAt - end.attachedAt - 5000)).toBeLessThan(200);
      expect(windows.map((window) => [window.start, window.end])).toEqual([
        [end.attachedAt, 1000],
        [1000, end.detachedAt],
      ]);
      const total = emptyState(schema);
      for (const delta of windows.flatMap(({ maps }) => maps)) applyDelta(total, delta);
      expect(total).toEqual(trace.readMaps()[0]);
      expect(windows.flatMap(({ events }) => events)).toHaveLength(Math.floor((end.detachedAt - end.attachedAt) / 100));
    },
  );

  test('a window whose taker fails ends it', async () => {
    const clock = new FakeClock(0);
    const trace = new FakeTrace(clock);
    const onWindow = () => Promise.reject(new Error('the disk is gone'));
    await expect(record(clock, trace, { intervalMs: 100, onWindow })).rejects.toThrow('the disk is gone');
    expect(trace.state).toBe('detached');
  });

  test('events over the limit are counted, each, and no second has more', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 12 }),
        fc.integer({ min: 50, max: 2000 }),
        fc.boolean(),
        async (perSecond, intervalMs, skips) => {
          const clock = new FakeClock(0);
          class Skipping extends FakeTrace {
            skip = (limit: number) => this.drain(limit).length;
          }
          const trace = skips ? new Skipping(clock) : new FakeTrace(clock);
          const seconds = new Map<number, number>();
          const { windows, end } = await record(clock, trace, {
            intervalMs,
            durationMs: 4500,
            eventsPerSecond: () => perSecond,
            onEvents: (events) => {
              const second = Math.floor(clock.monotonicMs() / 1000);
              seconds.set(second, (seconds.get(second) ?? 0) + events.length);
            },
          });
          const taken = windows.flatMap(({ events }) => events).length;
          expect(taken + Number(end.lost.sampledOut)).toBe(45);
          expect(Math.max(0, ...seconds.values())).toBeLessThanOrEqual(perSecond);
          expect(windows.map(({ lost }) => lost).reduce(addLoss, noLoss())).toEqual(end.lost);
        },
      ),
    );
  });

  test('ends when the program calls exit()', async () => {
    const clock = new FakeClock(0);
    const trace = new FakeTrace(clock);
    trace.exitAfter = 150;
    const { end } = await record(clock, trace, { intervalMs: 1000 });
    expect(end).toMatchObject({ ended: 'exit' });
    expect(trace.state).toBe('detached');
  });

  test('ends when the caller aborts, with a last window', async () => {
    const clock = new FakeClock(0);
    const abort = new AbortController();
    const { end, windows } = await record(clock, new FakeTrace(clock), {
      intervalMs: 1000,
      signal: abort.signal,
      onEvents: () => abort.abort(),
    });
    expect(end).toMatchObject({ ended: 'abort' });
    expect(windows.flatMap(({ events }) => events)).toHaveLength(1);
  });

  test('a script with only BEGIN and END ends by itself', async () => {
    const clock = new FakeClock(0);
    class OnlyBegin extends FakeTrace {
      override readonly hasProbes = false;
    }
    const { end, windows } = await record(clock, new OnlyBegin(clock), { intervalMs: 1000 });
    expect(end.ended).toBe('exit');
    expect(windows).toHaveLength(1);
  });

  test('a callback that throws leaves nothing attached', async () => {
    const clock = new FakeClock(0);
    const trace = new FakeTrace(clock);
    const onWindow = () => {
      throw new Error('spool is full');
    };
    await expect(runWithClock(trace, { intervalMs: 100, onWindow }, clock)).rejects.toThrow('spool is full');
    expect(trace.state).toBe('detached');
  });
});
