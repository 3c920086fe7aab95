import { addLoss, type LossCounts, noLoss } from '@bpfleet/aggregate';
import {
  durationMs,
  EventPages,
  encodeLoss,
  encodeSchema,
  type MessageInitShape,
  RpcError,
  type RunTraceRequest,
  type RunTraceResponseSchema,
  type SerializedMessage,
} from '@bpfleet/contracts';
import type { TraceWindow } from '@bpfleet/tracer';
import type { FleetClock } from '../fleet-clock.ts';
import { readLimits } from '../session/assignment.ts';
import { cutFrames } from '../session/cut-frames.ts';
import { whenPassed } from '../session/deadline.ts';
import { encodeDiagnostics } from '../session/diagnostics.ts';
import type { Tracing } from '../tracing.ts';
import type { Caller } from './caller.ts';
import { type Collections, maxAttachedMs } from './collections.ts';
import { Handover } from './handover.ts';
import { requireProgram } from './program.ts';
import { windowResponse } from './window-response.ts';

type Item = MessageInitShape<typeof RunTraceResponseSchema> | SerializedMessage;

const defaultIntervalMs = 1_000;
const minIntervalMs = 100;
/** Events that wait for a reader, bytes; what is more waits in the rings. */
const maxWaitingBytes = 64 * 1024 * 1024;

export interface RunTraceSurroundings {
  readonly tracing: () => Promise<Tracing>;
  readonly collections: Collections;
  readonly clock: FleetClock;
  readonly caller: Caller;
}

/**
 * Load, attach, windows, detach. Ends early when `signal` aborts. A reader that is slow holds back the windows: then the
 * rings overflow and count, and memory does not grow. Without a duration it runs until exit(), or as long as an
 * attachment may at most.
 */
export async function* runTraceCall(
  request: RunTraceRequest,
  signal: AbortSignal,
  surroundings: RunTraceSurroundings,
): AsyncGenerator<Item, void, void> {
  const program = requireProgram(request.program);
  const { intervalMs, length } = readTiming(request);
  const { collections, caller } = surroundings;
  const tracing = await surroundings.tracing();
  const abort = new AbortController();
  const stop = () => abort.abort();
  const candidate = { program, asked: readLimits(request.limits) };
  const held = await collections.loadForCall(tracing, candidate, caller, stop);
  const { trace, watch } = held;
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();

  const deadline = surroundings.clock.now() + (length ?? maxAttachedMs) + 1_000;
  held.deadline = deadline;
  const out = new Handover<Item>();
  signal.addEventListener('abort', () => out.leave(), { once: true });
  // A reader that does not read must not keep a program attached.
  const callOff = whenPassed(deadline, surroundings.clock, () => {
    stop();
    trace.detach();
  });

  const pages = new EventPages();
  let printed = 0;
  let records = 0n;
  let lost: LossCounts = noLoss();
  const onWindow = async (window: TraceWindow) => {
    lost = addLoss(lost, window.lost);
    held.sampledOut = lost.sampledOut;
    for (const { payload, records: count } of cutFrames(window, pages.take())) {
      records += BigInt(count);
      if (!(await out.put(windowResponse(window, payload)))) return;
    }
  };
  let attached: Promise<unknown> = Promise.resolve();
  const running = tracing
    .runTrace(trace, {
      intervalMs,
      ...(length === null ? {} : { durationMs: length }),
      clockOffsetMs: () => surroundings.clock.offset(),
      signal: abort.signal,
      onOverhead: watch.sample,
      eventsPerSecond: () => watch.limits().eventsPerSecond,
      keepEvents: false,
      takesEvents: () => pages.bytes < maxWaitingBytes,
      onEvents: (events) => {
        collections.publish(held, events);
        for (const event of events) pages.add(event, printed++);
      },
      onAttached: () => {
        const value = {
          probes: trace.probes,
          maps: trace.schemas.map(encodeSchema),
          diagnostics: encodeDiagnostics(trace.warnings),
        };
        attached = out.put({ item: { case: 'attached', value } });
      },
      onWindow: (window) => attached.then(() => onWindow(window)),
    })
    .then(async (end) => {
      await attached;
      const total = maxLoss(end.lost, lost);
      const produced = records + total.kernel + total.sampledOut + total.mapFull;
      await out.put({
        item: { case: 'end', value: { reason: held.reason ?? end.ended, produced, lost: encodeLoss(total) } },
      });
      out.end();
    })
    .catch((error: unknown) => out.end({ error }));
  try {
    yield* out.items();
  } finally {
    stop();
    out.leave();
    await running;
    callOff();
    collections.remove(held);
  }
}

function readTiming({ timing }: RunTraceRequest): { intervalMs: number; length: number | null } {
  const intervalMs = timing?.interval ? durationMs(timing.interval) : defaultIntervalMs;
  if (!(intervalMs >= minIntervalMs))
    throw new RpcError('INVALID_ARGUMENT', `timing.interval is shorter than ${minIntervalMs} ms`);
  if (!timing?.duration) return { intervalMs, length: null };
  const length = durationMs(timing.duration);
  if (!(length > 0 && length <= maxAttachedMs)) {
    throw new RpcError('INVALID_ARGUMENT', 'timing.duration is not between 1 ms and 24 hours');
  }
  return { intervalMs, length };
}

/** The end's account and the windows' should agree; cutting may have truncated texts on top. */
function maxLoss(end: LossCounts, windows: LossCounts): LossCounts {
  const larger = (a: bigint, b: bigint) => (a > b ? a : b);
  return {
    kernel: larger(end.kernel, windows.kernel),
    sampledOut: larger(end.sampledOut, windows.sampledOut),
    truncated: larger(end.truncated, windows.truncated),
    evicted: larger(end.evicted, windows.evicted),
    mapFull: larger(end.mapFull, windows.mapFull),
    readFailed: larger(end.readFailed, windows.readFailed),
  };
}
