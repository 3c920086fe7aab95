import { addLoss, type LossCounts, noLoss } from '@bpfleet/aggregate';
import {
  durationMs,
  encodeLoss,
  encodeSchema,
  FramePayloadSchema,
  fromBinary,
  type MessageInitShape,
  RpcError,
  type RunTraceRequest,
  type RunTraceResponseSchema,
  timestampFromMs,
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

type Item = MessageInitShape<typeof RunTraceResponseSchema>;

const defaultIntervalMs = 1_000;
const minIntervalMs = 100;

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

  let ordinal = 0n;
  let records = 0n;
  let lost: LossCounts = noLoss();
  const onWindow = async (window: TraceWindow) => {
    lost = addLoss(lost, window.lost);
    held.sampledOut = lost.sampledOut;
    const payloads = cutFrames(window, ordinal);
    ordinal += BigInt(window.events.length);
    for (const { payload, records: count } of payloads) {
      records += BigInt(count);
      const item = {
        start: timestampFromMs(Math.round(window.start)),
        end: timestampFromMs(Math.round(window.end)),
        payload: fromBinary(FramePayloadSchema, payload),
      };
      if (!(await out.put({ item: { case: 'window', value: item } }))) return;
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
      onEvents: (events) => collections.publish(held, events),
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
  };
}
