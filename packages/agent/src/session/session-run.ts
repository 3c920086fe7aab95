import { setImmediate } from 'node:timers/promises';
import { addLoss, type LossCounts, noLoss, subtractLoss } from '@bpfleet/aggregate';
import {
  crc32c,
  EventPages,
  encodeSchema,
  FrameSchema,
  Manifest_Outcome,
  type MapSchema,
  type ObservedAssignment,
  ObservedAssignment_State,
  ObservedAssignmentSchema,
  timestampFromMs,
} from '@bpfleet/contracts';
import type { Logger } from '@bpfleet/runtime';
import type { Trace, TraceEnd, TraceWindow } from '@bpfleet/tracer';
import { create, toBinary } from '@bufbuild/protobuf';
import type { FleetClock } from '../fleet-clock.ts';
import type { NodeGuard, Watch } from '../guard/node-guard.ts';
import type { EventFeed } from '../service/event-feed.ts';
import type { RunId } from '../spool/entry.ts';
import type { Spool, SpooledFrame } from '../spool/spool.ts';
import type { Tracing } from '../tracing.ts';
import type { Assignment } from './assignment.ts';
import { type CutPayload, cutFrames } from './cut-frames.ts';
import { whenPassed } from './deadline.ts';
import { encodeDiagnostics, traceFailure } from './diagnostics.ts';
import { encodeManifest, manifestOf, type RunEnd } from './manifest.ts';

export type StopReason = 'cancelled' | 'deadline' | 'stopped' | { readonly guard: string };

export interface SessionSurroundings {
  readonly tracing: () => Promise<Tracing>;
  readonly guard: NodeGuard;
  readonly spool: Spool;
  readonly clock: FleetClock;
  readonly log: Logger;
  readonly feed: EventFeed;
  /** What `observed` says has changed. */
  readonly onChange: () => void;
  /** The spool has something new to deliver. */
  readonly onSpooled: () => void;
}

/** After the deadline, how long a trace may take to end by itself before it is torn off the kernel. */
const graceMs = 5_000;
/** Events that wait for their window's end, bytes. What is more waits in the rings, and what finds no room there is counted. */
const maxWaitingBytes = 64 * 1024 * 1024;
/** Some 4 MiB, synced together. */
const framesAtOnce = 16;

/** One assignment on its way: load, attach, windows into frames, manifest. Whatever happens, it ends with a manifest. */
export class SessionRun {
  readonly id: RunId;
  readonly assignment: Assignment;
  /** Settled, never rejected, once the manifest is in the spool. */
  readonly done: Promise<void>;
  readonly #with: SessionSurroundings;
  readonly #abort = new AbortController();
  readonly #receivedAt = performance.now();
  #stop: StopReason | null = null;
  #trace: Trace | null = null;
  #watch: Watch | null = null;
  #maps: MapSchema[] = [];
  #variant = '';
  #attachedAt: number | null = null;
  #attachUs = 0n;
  #seq = 0n;
  readonly #pages = new EventPages();
  #printed = 0;
  #lost: LossCounts = noLoss();

  constructor(id: RunId, assignment: Assignment, surroundings: SessionSurroundings) {
    this.id = id;
    this.assignment = assignment;
    this.#with = surroundings;
    this.done = this.#run();
  }

  get stopping(): boolean {
    return this.#stop !== null;
  }

  /** The loaded program, while it is loaded. */
  get trace(): Trace | null {
    return this.#trace;
  }

  get attached(): boolean {
    return this.#attachedAt !== null;
  }

  /** Lost so far: in the kernel up to now, by the guard up to the last window, from the spool. */
  losses(): LossCounts {
    const evicted = this.#with.spool.run(this.id)?.evicted ?? 0n;
    const kernel = this.#trace?.losses() ?? this.#lost;
    return { ...kernel, sampledOut: this.#lost.sampledOut, evicted };
  }

  /** Ends it cleanly: detach, last window, manifest. The first reason stays. */
  stop(reason: StopReason): void {
    this.#stop ??= reason;
    this.#abort.abort();
  }

  observed(): ObservedAssignment {
    return create(ObservedAssignmentSchema, {
      sessionId: this.id.session,
      state: this.#attachedAt === null ? ObservedAssignment_State.ATTACHING : ObservedAssignment_State.RUNNING,
      ...(this.#attachedAt === null ? {} : { attachedAt: timestampFromMs(Math.round(this.#attachedAt)) }),
      maps: this.#maps,
      probes: this.#trace?.probes ?? 0,
      attachUs: this.#attachUs,
      variant: this.#variant,
    });
  }

  async #run(): Promise<void> {
    // Not before the constructor has returned.
    await Promise.resolve();
    const callOff = whenPassed(this.assignment.deadline, this.#with.clock, () => this.stop('deadline'));
    let end: RunEnd;
    try {
      end = await this.#measure();
    } catch (error) {
      end = this.#failed(error);
    } finally {
      callOff();
      this.#close();
    }
    const run = this.#with.spool.run(this.id) ?? { ...this.id, last: 0n, total: 0n, evicted: 0n, lost: noLoss() };
    const manifest = manifestOf(run, end);
    await this.#with.spool.finish(this.id, encodeManifest(manifest));
    const outcome = Manifest_Outcome[manifest.outcome].toLowerCase();
    const account = { outcome, reason: manifest.reason, produced: manifest.produced.toString() };
    this.#with.log.info({ session: this.id.session, ...account }, 'session ended');
    this.#with.onSpooled();
  }

  async #measure(): Promise<RunEnd> {
    const { assignment } = this;
    const tracing = await this.#with.tracing();
    if (this.#stop) return this.#neverAttached(this.#stop);
    const { program, limits: asked } = assignment;
    const trace = await tracing.loadTrace(program, this.#with.guard.admit({ program, asked }));
    this.#trace = trace;
    const { mapBytes, probes } = trace;
    const stop = (guard: string) => this.stop({ guard });
    const watch = this.#with.guard.enter({ program, asked, mapBytes, probes, stop });
    this.#watch = watch;
    this.#maps = trace.schemas.map(encodeSchema);
    this.#variant = trace.variant ?? '';
    await this.#journal();
    await this.#startTime();
    if (this.#stop) return this.#neverAttached(this.#stop);
    const end = await this.#withinDeadline(trace, watch, tracing);
    const unseen = subtractLoss(end.lost, this.#lost);
    if (Object.values(unseen).some((count) => count > 0n))
      await this.#window({ ...emptyWindow(end.detachedAt), lost: unseen });
    return this.#ended(end, trace);
  }

  /** Resolves when it is time to attach, or when it is told to stop. */
  async #startTime(): Promise<void> {
    const { startAt } = this.assignment;
    if (startAt === null || this.#stop) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const callOff = whenPassed(startAt, this.#with.clock, resolve);
    this.#abort.signal.addEventListener('abort', () => resolve(), { once: true });
    await promise;
    callOff();
  }

  /** So that a restarted agent knows what was being measured when it died. */
  #journal(): Promise<void> {
    const at = this.#with.clock.now();
    const skeleton = manifestOf(
      { ...this.id, last: 0n, total: 0n, evicted: 0n, lost: noLoss() },
      { ...this.#endAt(at, null), outcome: Manifest_Outcome.PARTIAL, reason: '' },
    );
    return this.#with.spool.start(this.id, {
      at,
      durationMs: this.assignment.durationMs,
      skeleton: encodeManifest(skeleton),
    });
  }

  async #withinDeadline(trace: Trace, watch: Watch, tracing: Tracing): Promise<TraceEnd> {
    // A trace that does not end when it is told to is torn off the kernel; what it has may still be read.
    const callOff = whenPassed(this.assignment.deadline + graceMs, this.#with.clock, () => trace.detach());
    try {
      return await tracing.runTrace(trace, {
        intervalMs: this.assignment.intervalMs,
        durationMs: this.assignment.durationMs,
        clockOffsetMs: () => this.#with.clock.offset(),
        signal: this.#abort.signal,
        onOverhead: watch.sample,
        eventsPerSecond: () => watch.limits().eventsPerSecond,
        onAttached: () => {
          this.#attachedAt = this.#with.clock.now();
          this.#attachUs = BigInt(Math.round((performance.now() - this.#receivedAt) * 1000));
          this.#with.log.info(
            { session: this.id.session, probes: trace.probes, attachMs: Number(this.#attachUs) / 1000 },
            'session attached',
          );
          this.#with.onChange();
        },
        keepEvents: false,
        takesEvents: () => this.#pages.bytes < maxWaitingBytes,
        onEvents: (events) => {
          this.#with.feed.publish(this.id.session, events, BigInt(this.#printed));
          for (const event of events) this.#pages.add(event, this.#printed++);
        },
        onWindow: (window) => this.#window(window),
      });
    } finally {
      callOff();
    }
  }

  async #window(window: TraceWindow): Promise<void> {
    this.#lost = addLoss(this.#lost, window.lost);
    let batch: Omit<SpooledFrame, 'until'>[] = [];
    for (const cut of cutFrames(window, this.#pages.take())) {
      if (batch.length === framesAtOnce) {
        // Only what is whole counts as measured, should this process be killed now.
        await this.#append(batch, window.start);
        batch = [];
      }
      // A large window has many frames: what else waits has its turn.
      if (batch.length > 0) await setImmediate();
      batch.push(this.#frameOf(window, cut));
    }
    if (batch.length > 0) await this.#append(batch, window.end);
    else await this.#with.spool.mark(this.id, window.end);
  }

  #frameOf(window: TraceWindow, { payload, records, lost }: CutPayload): Omit<SpooledFrame, 'until'> {
    this.#seq += 1n;
    const frame = create(FrameSchema, {
      sessionId: this.id.session,
      bootEpoch: this.id.epoch,
      seq: this.#seq,
      windowStart: timestampFromMs(Math.round(window.start)),
      windowEnd: timestampFromMs(Math.round(window.end)),
      payload,
      crc32c: crc32c(payload),
      records,
    });
    return { seq: this.#seq, records, lost, bytes: toBinary(FrameSchema, frame) };
  }

  /** `until`: what counts as measured once they are on the disk. */
  async #append(frames: readonly Omit<SpooledFrame, 'until'>[], until: number): Promise<void> {
    await this.#with.spool.append(
      this.id,
      frames.map((frame) => ({ ...frame, until })),
    );
    this.#with.onSpooled();
  }

  #ended(end: TraceEnd, trace: Trace): RunEnd {
    const ended = {
      ...this.#endAt(end.attachedAt, end.detachedAt),
      overhead: end.overhead,
      diagnostics: encodeDiagnostics(trace.warnings),
    };
    const lost = [this.#thinned(end.lost), ...(trace.uncounted ?? [])];
    const reasons = [this.#cutShort(end), ...lost].filter((reason) => reason !== null);
    const outcome = reasons.length === 0 ? Manifest_Outcome.COMPLETE : Manifest_Outcome.PARTIAL;
    return { ...ended, outcome, reason: reasons.join('; ') };
  }

  #cutShort({ ended, attachedAt, detachedAt }: TraceEnd): string | null {
    if (ended !== 'abort') return null;
    const reason = this.#stop ?? 'stopped';
    const measured = measuredOf(detachedAt - attachedAt, this.assignment.durationMs);
    if (typeof reason === 'object') return `${reason.guard}; ${measured}`;
    const words = {
      cancelled: 'cancelled',
      deadline: `deadline reached; ${measured}`,
      stopped: `agent was stopped; ${measured}`,
    };
    return words[reason];
  }

  #thinned({ sampledOut }: LossCounts): string | null {
    if (sampledOut === 0n) return null;
    const limit = this.#watch?.limits().eventsPerSecond ?? null;
    const over = limit === null ? 'over a limit that was lifted since' : `over the limit of ${limit}/s`;
    return `guard: ${sampledOut} events ${over} were left out`;
  }

  #neverAttached(stop: StopReason): RunEnd {
    const words = {
      cancelled: 'cancelled before it was attached',
      deadline: 'deadline passed',
      stopped: 'agent was stopped before it was attached',
    };
    const reason = typeof stop === 'object' ? stop.guard : words[stop];
    return { ...this.#endAt(null, null), outcome: Manifest_Outcome.FAILED, reason };
  }

  #failed(error: unknown): RunEnd {
    const { code, reason, diagnostics } = traceFailure(error);
    if (this.#attachedAt === null) {
      const outcome = code === 'no-variant' ? Manifest_Outcome.SKIPPED : Manifest_Outcome.FAILED;
      return { ...this.#endAt(null, null), diagnostics, outcome, reason };
    }
    const now = this.#with.clock.now();
    const measured = measuredOf(now - this.#attachedAt, this.assignment.durationMs);
    return {
      ...this.#endAt(this.#attachedAt, now),
      diagnostics,
      outcome: Manifest_Outcome.PARTIAL,
      reason: `${reason}; ${measured}`,
    };
  }

  #endAt(startedAt: number | null, endedAt: number | null): Omit<RunEnd, 'outcome' | 'reason'> {
    return { startedAt, endedAt, overhead: null, diagnostics: [], maps: this.#maps, variant: this.#variant };
  }

  #close(): void {
    const trace = this.#trace;
    this.#trace = null;
    this.#watch?.leave();
    trace?.close();
    this.#with.feed.ended(this.id.session);
  }
}

/** "3.2 s of 10 s measured" */
export function measuredOf(ms: number, ofMs: number): string {
  const seconds = (value: number) => `${Math.round(Math.max(0, value) / 100) / 10} s`;
  return ofMs > 0 ? `${seconds(ms)} of ${seconds(ofMs)} measured` : `${seconds(ms)} measured`;
}

const emptyWindow = (at: number): Omit<TraceWindow, 'lost'> => ({ start: at, end: at, maps: [], events: [] });
