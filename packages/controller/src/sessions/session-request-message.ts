import { type CreateSessionRequest, durationMs } from '@bpfleet/contracts';
import { Problem } from '../problem/problem.ts';
import { checkDuration } from './duration.ts';
import { durationBounds, intervalBounds } from './session-bounds.ts';
import { objectProgram, type SessionProgram } from './session-program.ts';
import type { SessionRequest } from './session-request.ts';

const defaultDurationMs = 10_000;
const defaultIntervalMs = 1_000;
const maxSource = 1_000_000;
const maxMapBytes = BigInt(Number.MAX_SAFE_INTEGER);
const maxEventsPerSecond = 1_000_000_000;

/** Reads a message as `sessionRequest` reads a body. Throws Problem `invalid_request`, `invalid_duration`, `invalid_program`. */
export function sessionRequestOf(request: CreateSessionRequest): SessionRequest {
  const { program, selector, duration, interval, limits } = request;
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
    overhead: checkOverhead(limits?.overhead ?? 0),
    eventsPerSecond: Math.min(limits?.eventsPerSecond ?? 0, maxEventsPerSecond),
  };
}

function checkOverhead(share: number): number {
  if (share >= 0 && share <= 1) {
    return share;
  }
  throw new Problem(
    'invalid_request',
    "The limit of overhead is not between 0 and 1: it is a fraction of a node's CPU time.",
    {
      pointer: '/limits',
    },
  );
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
  if (source?.case === 'script' && source.value !== '' && source.value.length <= maxSource) {
    return { kind: 'script', source: source.value };
  }
  throw new Problem('invalid_request', `The request needs an object, or a script of up to ${maxSource} characters.`, {
    pointer: '/program',
  });
}

function manifestOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Problem('invalid_request', 'The manifest is no JSON.', { pointer: '/program/manifest' });
  }
}
