import { diff, type LossCounts } from '@bpfleet/aggregate';
import {
  AgentService,
  type Collection,
  CollectionSchema,
  CollectionState,
  create,
  durationMs,
  encodeLoss,
  encodeMapDelta,
  encodeSchema,
  type NodeInfo,
  RpcError,
  serverStreamHandler,
  timestampFromMs,
  unaryHandler,
} from '@bpfleet/contracts';
import type { Logger } from '@bpfleet/runtime';
import type * as grpc from '@grpc/grpc-js';
import type { FleetClock } from '../fleet-clock.ts';
import type { NodeGuard } from '../guard/node-guard.ts';
import { readLimits } from '../session/assignment.ts';
import { encodeDiagnostics } from '../session/diagnostics.ts';
import type { SessionRun } from '../session/session-run.ts';
import type { Tracing } from '../tracing.ts';
import { type Caller, callerText } from './caller.ts';
import type { Call } from './callers.ts';
import {
  type Collections,
  defaultLeaseMs,
  type Held,
  type HeldState,
  maxAttachedMs,
  maxLeaseMs,
} from './collections.ts';
import type { EventFeed } from './event-feed.ts';
import { requireProgram } from './program.ts';
import { programTexts } from './program-texts.ts';
import { answerCheck, answerListProbes } from './questions.ts';
import { toServiceError } from './rpc-errors.ts';
import { runTraceCall } from './run-trace.ts';

export interface ServiceSurroundings {
  readonly tracing: () => Promise<Tracing>;
  readonly guard: NodeGuard;
  readonly nodeInfo: () => NodeInfo;
  readonly collections: Collections;
  /** The controller's sessions that are running here. */
  readonly sessions: () => Iterable<SessionRun>;
  readonly clock: FleetClock;
  readonly feed: EventFeed;
  readonly callerOf: (call: Call) => Caller;
  readonly log: Logger;
}

/** The handlers of AgentService. What they throw becomes a status with one sentence. */
export function agentService({
  tracing,
  guard,
  nodeInfo,
  collections,
  sessions,
  clock,
  feed,
  callerOf,
  log,
}: ServiceSurroundings): grpc.UntypedServiceImplementation {
  const { method } = AgentService;
  const told = (call: Call, what: string, collection: string): Caller => {
    const caller = callerOf(call);
    log.info(
      { caller: callerText(caller), ...(caller.kind === 'process' ? { pid: caller.pid } : {}), collection },
      what,
    );
    return caller;
  };
  return {
    getInfo: unaryHandler(method.getInfo, () => ({ node: nodeInfo() })),
    listProbes: unaryHandler(method.listProbes, (request) =>
      converted(async () => answerListProbes(await tracing(), request)),
    ),
    check: unaryHandler(method.check, (request) => converted(async () => answerCheck(await tracing(), guard, request))),

    load: unaryHandler(method.load, (request, call) =>
      converted(async () => {
        const program = requireProgram(request.program);
        const leaseMs = boundedMs('lease', request.lease ? durationMs(request.lease) : defaultLeaseMs, maxLeaseMs);
        const candidate = { program, asked: readLimits(request.limits) };
        const held = await collections.load(await tracing(), candidate, callerOf(call), leaseMs);
        // Who has gone meanwhile, or waited no longer, would never hear of it.
        if (hasGone(call)) {
          collections.remove(held);
          throw new RpcError('CANCELLED', 'the caller waited no longer, so that nothing was kept');
        }
        const { trace } = held;
        told(call, 'a program was loaded', held.id);
        return {
          collectionId: held.id,
          maps: trace.schemas.map(encodeSchema),
          diagnostics: encodeDiagnostics(trace.warnings),
        };
      }),
    ),
    attach: unaryHandler(method.attach, (request, call) =>
      converted(async () => {
        if (!request.deadline)
          throw new RpcError('INVALID_ARGUMENT', 'deadline is required: how long it may stay attached');
        const held = collections.attach(
          request.collectionId,
          boundedMs('deadline', durationMs(request.deadline), maxAttachedMs),
        );
        told(call, 'a program was attached', held.id);
        return { probes: held.trace.probes, deadline: timestampFromMs(held.deadline ?? Date.now()) };
      }),
    ),
    detach: unaryHandler(method.detach, (request, call) =>
      converted(async () => {
        refuseSession(sessions(), request.collectionId);
        collections.detach(request.collectionId, callerOf(call));
        told(call, 'a program was detached', request.collectionId);
        return {};
      }),
    ),
    unload: unaryHandler(method.unload, (request, call) =>
      converted(async () => {
        refuseSession(sessions(), request.collectionId);
        collections.unload(request.collectionId, callerOf(call));
        told(call, 'a program was unloaded', request.collectionId);
        return {};
      }),
    ),
    list: unaryHandler(method.list, ({ collectionId, instructions }) =>
      converted(async () => {
        const all = [
          ...[...sessions()].flatMap(sessionCollection),
          ...[...collections.list()].map((held) => heldCollection(held, collections.lost(held))),
        ];
        const asked = collectionId === '' ? all : all.filter(({ id }) => id === collectionId);
        if (asked.length === 0 && collectionId !== '') collections.get(collectionId);
        if (!instructions) return { collections: asked };
        const loaded = await tracing();
        return { collections: asked.map((one) => ({ ...one, programs: programTexts(loaded, one.programIds) })) };
      }),
    ),
    readMap: unaryHandler(method.readMap, (request) =>
      converted(async () => {
        const session = [...sessions()].find((run) => run.id.session === request.collectionId && run.trace);
        const trace = session?.trace ?? collections.get(request.collectionId).trace;
        const state = request.map.startsWith('@')
          ? trace.readMaps().find((map) => map.schema.name === request.map)
          : trace.readWholeMap?.(request.map);
        if (!state) {
          const names = trace.schemas.map((schema) => schema.name).join(', ') || 'none';
          throw new RpcError('NOT_FOUND', `the program has no map ${request.map}; its maps: ${names}`);
        }
        return { schema: encodeSchema(state.schema), entries: encodeMapDelta(diff(undefined, state)) };
      }),
    ),
    watchEvents: serverStreamHandler(method.watchEvents, async function* ({ collectionId }, call) {
      const known = [...sessions()].some((run) => run.id.session === collectionId);
      if (collectionId !== '' && !known) collections.get(collectionId);
      yield* feed.watch(collectionId, signalOf(call));
    }),
    runTrace: serverStreamHandler(method.runTrace, async function* (request, call) {
      try {
        const caller = told(call, 'a trace was asked for', '');
        yield* runTraceCall(request, signalOf(call), { tracing, collections, clock, caller });
      } catch (error) {
        throw toServiceError(error);
      }
    }),
  };
}

const heldStates: Record<HeldState, CollectionState> = {
  loaded: CollectionState.LOADED,
  attached: CollectionState.ATTACHED,
  detached: CollectionState.DETACHED,
};

/** A collection of a session has the session's identifier. */
function sessionCollection(run: SessionRun): Collection[] {
  const { trace, assignment } = run;
  if (!trace) return [];
  const state = run.attached ? CollectionState.ATTACHED : CollectionState.LOADED;
  const { sessionId, deadline } = assignment;
  const owner = { id: sessionId, sessionId, owner: 'controller' };
  return [describe({ ...owner, trace, state, deadline, lost: run.losses(), reason: '' })];
}

function heldCollection(held: Held, lost: LossCounts): Collection {
  const { id, trace, deadline, reason } = held;
  const state = heldStates[held.state];
  const owner = callerText(held.owner);
  return describe({ id, sessionId: '', owner, trace, state, deadline, lost, reason: reason ?? '' });
}

interface Described extends Pick<Collection, 'id' | 'sessionId' | 'state' | 'owner' | 'reason'> {
  readonly trace: Held['trace'];
  readonly deadline: number | null;
  readonly lost: LossCounts;
}

function describe({ trace, deadline, lost, ...known }: Described): Collection {
  const stats = trace.runStats();
  return create(CollectionSchema, {
    ...known,
    ...(deadline === null ? {} : { deadline: timestampFromMs(Math.round(deadline)) }),
    programIds: [...trace.programIds],
    maps: trace.schemas.map(encodeSchema),
    lost: encodeLoss(lost),
    runTimeNs: stats?.ns ?? 0n,
    runCount: stats?.runs ?? 0n,
    mapBytes: BigInt(trace.mapBytes),
  });
}

/** The deadline is looked at as well: that it has passed may not have been noticed yet. */
function hasGone(call: grpc.ServerUnaryCall<unknown, unknown>): boolean {
  return call.cancelled || Number(call.getDeadline()) <= Date.now();
}

/** Aborts when the caller goes away, or waits no longer. */
function signalOf(call: grpc.ServerWritableStream<unknown, unknown>): AbortSignal {
  const abort = new AbortController();
  call.once('cancelled', () => abort.abort());
  if (call.cancelled) abort.abort();
  return abort.signal;
}

function refuseSession(sessions: Iterable<SessionRun>, id: string): void {
  if ([...sessions].some((run) => run.id.session === id)) {
    throw new RpcError('FAILED_PRECONDITION', `collection ${id} belongs to a session: cancel that at its controller`);
  }
}

function boundedMs(name: string, ms: number, max: number): number {
  if (ms > 0 && ms <= max) return ms;
  throw new RpcError('INVALID_ARGUMENT', `${name} is not between 1 ms and ${max / 1000} s`);
}

async function converted<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toServiceError(error);
  }
}
