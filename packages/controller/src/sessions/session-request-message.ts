import { type CreateSessionRequest, durationMs, type ScriptVariants, timestampMs } from '@bpfleet/contracts';
import type { ProgramVariant } from '@bpfleet/tools';
import { Problem } from '../problem/problem.ts';
import type { ToolCatalog } from '../tools/tool-catalog.ts';
import { type Course, readCourse } from './course.ts';
import { checkDuration } from './duration.ts';
import { ProgramBody } from './session.body.ts';
import { durationBounds, intervalBounds, soakBounds } from './session-bounds.ts';
import { objectProgram, type SessionProgram, variantsProgram } from './session-program.ts';
import type { SessionRequest } from './session-request.ts';

const defaultDurationMs = 10_000;
const defaultIntervalMs = 1_000;
const defaultSoakMs = 2_000;
const maxSource = 1_000_000;
const maxArguments = 64;
const maxArgument = 4_096;
const maxMapBytes = BigInt(Number.MAX_SAFE_INTEGER);
const maxEventsPerSecond = 1_000_000_000;

/** Reads a message as `sessionRequest` reads a body. Throws Problem `invalid_request`, `invalid_duration`, `invalid_program`. */
export function sessionRequestOf(request: CreateSessionRequest, tools: ToolCatalog): SessionRequest {
  const { selector, duration, interval, limits } = request;
  const lengthMs = duration === undefined ? defaultDurationMs : durationMs(duration);
  const windowMs = interval === undefined ? defaultIntervalMs : durationMs(interval);
  const mapBytes = limits?.mapBytes ?? 0n;
  return {
    program: programOfMessage(request, tools),
    selector: selector === '' ? 'all' : selector,
    durationMs: checkDuration(lengthMs, `of ${lengthMs} ms`, '/duration', durationBounds),
    intervalMs: checkDuration(windowMs, `of ${windowMs} ms`, '/interval', intervalBounds),
    mapBytes: Number(mapBytes < maxMapBytes ? mapBytes : maxMapBytes),
    probes: limits?.probes ?? 0,
    overhead: checkShare(limits?.overhead ?? 0, '/limits', "The limit of overhead, a fraction of a node's CPU time,"),
    eventsPerSecond: Math.min(limits?.eventsPerSecond ?? 0, maxEventsPerSecond),
    course: courseOf(request),
    priority: checkPriority(request.priority),
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

function checkPriority(priority: number): number {
  if (priority >= -100 && priority <= 100) {
    return priority;
  }
  throw new Problem('invalid_request', 'The priority is not between -100 and 100.', { pointer: '/priority' });
}

function checkShare(share: number, pointer: string, what: string): number {
  if (share >= 0 && share <= 1) {
    return share;
  }
  throw new Problem('invalid_request', `${what} is not between 0 and 1.`, { pointer });
}

/** What a request wants to run: a program, or a tool of the library. Throws Problem `invalid_request`, `invalid_program`. */
export function programOfMessage(
  { tool, program }: Pick<CreateSessionRequest, 'tool' | 'program'>,
  tools: ToolCatalog,
): SessionProgram {
  if (tool === undefined) return sessionProgram(program);
  if (program !== undefined) {
    throw new Problem('invalid_request', 'A request has a program or a tool.', { pointer: '/tool' });
  }
  return tools.program(tool.name, tool.parameters, '/tool');
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
  if (program !== undefined && source?.case === 'variants') {
    return variantsProgram(variantsOf(source.value), argumentsOf(program));
  }
  throw new Problem('invalid_request', `The request needs an object, or a script of up to ${maxSource} characters.`, {
    pointer: '/program',
  });
}

function variantsOf({ variants }: ScriptVariants): ProgramVariant[] {
  const given = {
    kind: 'variants',
    variants: variants.map(({ script: source, $typeName: _, ...rest }) => ({ ...rest, source })),
  };
  const parsed = ProgramBody.safeParse(given);
  if (parsed.success && parsed.data.kind === 'variants') return parsed.data.variants;
  const [issue] = parsed.error?.issues ?? [];
  const pointer = ['/program', ...(issue?.path ?? [])].map(String).join('/');
  throw new Problem('invalid_request', issue?.message ?? 'The variants are not valid.', { pointer });
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
