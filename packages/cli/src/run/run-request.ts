import type { CreateSession } from '@bpfleet/client';
import { AmountError, parseBytes, parseDuration, parseRate, parseShare } from '@bpfleet/runtime';
import { wrongRequest } from '../cli-error.ts';
import { type LimitReaders, parseLimitsBy } from './parse-limits.ts';
import type { ProgramObject, ProgramText } from './read-program.ts';

export interface RunSettings {
  readonly nodes: string;
  readonly for: string;
  readonly every: string;
  readonly limit?: string;
}

/** The body of POST /sessions. Throws CliError that names the option. */
export function runRequest(program: ProgramText | ProgramObject, settings: RunSettings): CreateSession {
  checkDuration('--for', settings.for, 'how long to trace, such as 10s');
  checkDuration('--every', settings.every, 'the length of a window, such as 1s');
  const limits = settings.limit === undefined ? undefined : parseLimits(settings.limit);
  return {
    program:
      program.kind === 'object'
        ? { kind: 'object', object: Buffer.from(program.object).toString('base64') }
        : { kind: 'script', source: program.source },
    nodes: settings.nodes,
    for: settings.for,
    every: settings.every,
    ...(limits === undefined ? {} : { limits }),
  };
}

function checkDuration(option: string, text: string, what: string): void {
  if (/^0+[a-z]*$/.test(text)) {
    throw wrongRequest(`${option} ${text}: must be more than zero; give ${what}.`);
  }
  try {
    parseDuration(text);
  } catch {
    throw wrongRequest(`${option} ${text}: is no duration; give ${what}.`);
  }
}

type Limits = NonNullable<CreateSession['limits']>;

const limits: LimitReaders<Limits> = {
  overhead: (text) => ({ overhead: parseShare(text) }),
  events: (text) => ({ eventsPerSecond: parseRate(text) }),
  map: (text) => ({ mapBytes: parseBytes(text) }),
  probes: (text) => ({ probes: parseProbes(text) }),
};

/** `overhead=1%,events=10000/s,map=16MiB,probes=100`: bounds that each node keeps. Throws CliError. */
export function parseLimits(text: string): Limits {
  return parseLimitsBy(limits, 'overhead=1%, events=10000/s, map=16MiB and probes=100', text);
}

function parseProbes(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new AmountError('give a number of probes, such as 100');
  return Number(text);
}
