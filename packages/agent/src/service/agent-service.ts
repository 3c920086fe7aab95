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
import type { Trace } from '@bpfleet/tracer';
import type * as grpc from '@grpc/grpc-js';
import type { FleetClock } from '../fleet-clock.ts';
import { readLimits } from '../session/assignment.ts';
import { encodeDiagnostics } from '../session/diagnostics.ts';
import type { SessionRun } from '../session/session-run.ts';
import type { Tracing } from '../tracing.ts';
import { type Collections, defaultLeaseMs, type HeldState, maxAttachedMs, maxLeaseMs } from './collections.ts';
import { requireProgram } from './program.ts';
import { answerCheck, answerListProbes } from './questions.ts';
import { toServiceError } from './rpc-errors.ts';
import { runTraceCall } from './run-trace.ts';

export interface ServiceSurroundings {
  readonly tracing: () => Promise<Tracing>;
  readonly nodeInfo: () => NodeInfo;
  readonly collections: Collections;
  /** The controller's sessions that are running here. */
  readonly sessions: () => Iterable<SessionRun>;
  readonly clock: FleetClock;
}

/** The handlers of AgentService. What they throw becomes a status with one sentence. */
export function agentService({
  tracing,
  nodeInfo,
  collections,
  sessions,
  clock,
}: ServiceSurroundings): grpc.UntypedServiceImplementation {
  const { method } = AgentService;
  return {
    getInfo: unaryHandler(method.getInfo, () => ({ node: nodeInfo() })),
    listProbes: unaryHandler(method.listProbes, (request) =>
      converted(async () => answerListProbes(await tracing(), request)),
    ),
    check: unaryHandler(method.check, (request) => converted(async () => answerCheck(await tracing(), request))),

    load: unaryHandler(method.load, (request) =>
      converted(async () => {
        const program = requireProgram(request.program);
        const leaseMs = boundedMs('lease', request.lease ? durationMs(request.lease) : defaultLeaseMs, maxLeaseMs);
        collections.requireRoom();
        const trace = await (await tracing()).loadTrace(program, readLimits(request.limits));
        const held = collections.add(trace, leaseMs);
        return {
          collectionId: held.id,
          maps: trace.schemas.map(encodeSchema),
          diagnostics: encodeDiagnostics(trace.warnings),
        };
      }),
    ),
    attach: unaryHandler(method.attach, (request) =>
      converted(async () => {
        if (!request.deadline)
          throw new RpcError('INVALID_ARGUMENT', 'deadline is required: how long it may stay attached');
        const held = collections.attach(
          request.collectionId,
          boundedMs('deadline', durationMs(request.deadline), maxAttachedMs),
        );
        return { probes: held.trace.probes, deadline: timestampFromMs(held.deadline ?? Date.now()) };
      }),
    ),
    detach: unaryHandler(method.detach, (request) =>
      converted(async () => {
        refuseSession(sessions(), request.collectionId);
        collections.detach(request.collectionId);
        return {};
      }),
    ),
    unload: unaryHandler(method.unload, (request) =>
      converted(async () => {
        refuseSession(sessions(), request.collectionId);
        collections.unload(request.collectionId);
        return {};
      }),
    ),
    list: unaryHandler(method.list, () =>
      converted(async () => ({
        collections: [
          ...[...sessions()].flatMap(sessionCollection),
          ...[...collections.list()].map((held) =>
            describe(held.id, '', held.trace, heldStates[held.state], held.deadline, collections.lost(held)),
          ),
        ],
      })),
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
    runTrace: serverStreamHandler(method.runTrace, async function* (request, call) {
      const abort = new AbortController();
      call.once('cancelled', () => abort.abort());
      if (call.cancelled) abort.abort();
      try {
        yield* runTraceCall(request, abort.signal, { tracing, collections, clock });
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
  return [describe(assignment.sessionId, assignment.sessionId, trace, state, assignment.deadline, trace.losses())];
}

function describe(
  id: string,
  sessionId: string,
  trace: Trace,
  state: CollectionState,
  deadline: number | null,
  lost: LossCounts,
): Collection {
  const stats = trace.runStats();
  return create(CollectionSchema, {
    id,
    sessionId,
    state,
    ...(deadline === null ? {} : { deadline: timestampFromMs(Math.round(deadline)) }),
    programIds: [...trace.programIds],
    maps: trace.schemas.map(encodeSchema),
    lost: encodeLoss(lost),
    runTimeNs: stats?.ns ?? 0n,
    runCount: stats?.runs ?? 0n,
  });
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
