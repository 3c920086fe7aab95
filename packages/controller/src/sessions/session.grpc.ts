import {
  type CreateSessionRequest,
  durationMs,
  SessionService as SessionRpc,
  timestampMs,
  unaryHandler,
} from '@bpfleet/contracts';
import type * as grpc from '@grpc/grpc-js';
import { Inject, Injectable } from '@nestjs/common';
import { TokenService } from '../access/token.service.ts';
import { authorizeCall } from '../control/authorize-call.ts';
import { problemToRpc } from '../control/problem-to-rpc.ts';
import { decodeTimeCursor, encodeTimeCursor } from '../paging/cursor.ts';
import { defaultPageSize, maxPageSize } from '../paging/page-query.ts';
import { Problem } from '../problem/problem.ts';
import { type Course, readCourse } from './course.ts';
import { checkDuration } from './duration.ts';
import type { NewSession } from './new-session.ts';
import { toMessages } from './program-diagnostics.ts';
import type { SessionRow } from './session.entity.ts';
import { SessionService } from './session.service.ts';
import { durationBounds, intervalBounds, soakBounds } from './session-bounds.ts';
import { sessionMessage } from './session-message.ts';
import { objectProgram, type SessionProgram } from './session-program.ts';

const defaultDurationMs = 10_000;
const defaultIntervalMs = 1_000;
const defaultSoakMs = 2_000;
const maxSource = 1_000_000;
const maxArguments = 64;
const maxArgument = 4_096;
const maxMapBytes = BigInt(Number.MAX_SAFE_INTEGER);
const maxEventsPerSecond = 1_000_000_000;

/** `control.v1.SessionService`: the same as REST says. */
@Injectable()
export class SessionGrpc {
  readonly service = SessionRpc;

  constructor(
    @Inject(SessionService) private readonly sessions: SessionService,
    @Inject(TokenService) private readonly tokens: TokenService,
  ) {}

  handlers(): grpc.UntypedServiceImplementation {
    const { createSession, getSession, listSessions, cancelSession } = SessionRpc.method;
    return {
      createSession: unaryHandler(createSession, (request, { metadata }) =>
        problemToRpc(async () => {
          const { tokenId } = await authorizeCall(this.tokens, metadata, 'run');
          const session = await this.sessions.create(newSession(request, tokenId));
          return { session: await this.message(session), warnings: toMessages(session.warnings) };
        }),
      ),
      getSession: unaryHandler(getSession, ({ id }, { metadata }) =>
        problemToRpc(async () => {
          await authorizeCall(this.tokens, metadata, 'read');
          return { session: await this.message(await this.sessions.get(id)) };
        }),
      ),
      listSessions: unaryHandler(listSessions, ({ pageSize, pageToken }, { metadata }) =>
        problemToRpc(async () => {
          await authorizeCall(this.tokens, metadata, 'read');
          const limit = Math.min(pageSize || defaultPageSize, maxPageSize);
          const rows = await this.sessions.page(limit + 1, decodeTimeCursor(pageToken));
          const items = rows.slice(0, limit);
          const last = items.at(-1);
          const next =
            rows.length > limit && last !== undefined ? encodeTimeCursor({ at: last.createdAt, id: last.id }) : '';
          const sessions = [];
          for (const session of items) {
            sessions.push(await this.message(session));
          }
          return { sessions, nextPageToken: next };
        }),
      ),
      cancelSession: unaryHandler(cancelSession, ({ id }, { metadata }) =>
        problemToRpc(async () => {
          await authorizeCall(this.tokens, metadata, 'run');
          return { session: await this.message(await this.sessions.cancel(id)) };
        }),
      ),
    };
  }

  private async message(session: SessionRow) {
    return sessionMessage(session, await this.sessions.accounts(session.id), await this.sessions.place(session));
  }
}

function newSession(request: CreateSessionRequest, tokenId: string): NewSession {
  const { program, selector, duration, interval, limits, requestId } = request;
  const lengthMs = duration === undefined ? defaultDurationMs : durationMs(duration);
  const windowMs = interval === undefined ? defaultIntervalMs : durationMs(interval);
  const mapBytes = limits?.mapBytes ?? 0n;
  return {
    program: sessionProgram(program),
    selector: selector === '' ? 'all' : selector,
    durationMs: checkDuration(lengthMs, `of ${lengthMs} ms`, '/duration', durationBounds),
    intervalMs: checkDuration(windowMs, `of ${windowMs} ms`, '/interval', intervalBounds),
    mapBytes: Number(mapBytes < maxMapBytes ? mapBytes : maxMapBytes),
    probes: limits?.probes ?? 0,
    overhead: checkShare(limits?.overhead ?? 0, '/limits', "The limit of overhead, a fraction of a node's CPU time,"),
    eventsPerSecond: Math.min(limits?.eventsPerSecond ?? 0, maxEventsPerSecond),
    course: courseOf(request),
    priority: Math.max(-100, Math.min(100, request.priority)),
    tokenId,
    idempotencyKey: requestId === '' ? null : requestId,
    scheduledFor: null,
  };
}

function courseOf({ sample, maxNodes, seed, late, startAt, rollout }: CreateSessionRequest): Course {
  const given = <Value>(value: Value, none: Value) => (value === none ? undefined : value);
  return readCourse({
    sample: given(sample, ''),
    maxNodes: given(maxNodes, 0),
    seed: given(seed, ''),
    late,
    startAt: startAt && timestampMs(startAt),
    rollout: rollout && {
      canary: rollout.canary || '1',
      soakMs: soakOf(rollout),
      maxFailures: checkShare(rollout.maxFailures, '/rollout/maxFailures', 'The share of nodes that may fail'),
    },
  });
}

function soakOf({ soak }: NonNullable<CreateSessionRequest['rollout']>): number {
  if (soak === undefined) return defaultSoakMs;
  const ms = durationMs(soak);
  return checkDuration(ms, `of ${ms} ms`, '/rollout/soak', soakBounds);
}

function checkShare(share: number, pointer: string, what: string): number {
  if (share >= 0 && share <= 1) {
    return share;
  }
  throw new Problem('invalid_request', `${what} is not between 0 and 1.`, { pointer });
}

function sessionProgram(program: CreateSessionRequest['program']): SessionProgram {
  const source = program?.source;
  if (source?.case === 'object') {
    const { manifest = '', parameters = {} } = program ?? {};
    return objectProgram({
      object: source.value,
      parameters,
      ...(manifest !== '' && { manifest: manifestOf(manifest) }),
    });
  }
  if (program !== undefined && source?.case === 'script' && source.value !== '' && source.value.length <= maxSource) {
    return { kind: 'script', source: source.value, arguments: argumentsOf(program) };
  }
  throw new Problem('invalid_request', `The request needs an object, or a script of up to ${maxSource} characters.`, {
    pointer: '/program',
  });
}

function argumentsOf({ arguments: words }: NonNullable<CreateSessionRequest['program']>): string[] {
  if (words.length <= maxArguments && words.every((word) => word.length <= maxArgument)) return words;
  const detail = `A script takes up to ${maxArguments} arguments of up to ${maxArgument} characters.`;
  throw new Problem('invalid_request', detail, { pointer: '/program/arguments' });
}

function manifestOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Problem('invalid_request', 'The manifest is no JSON.', { pointer: '/program/manifest' });
  }
}
