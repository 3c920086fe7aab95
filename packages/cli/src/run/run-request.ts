import type { CreateSession } from '@bpfleet/client';
import { parseDuration } from '@bpfleet/runtime';
import { wrongRequest } from '../cli-error.ts';
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

const units = { '': 1, B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 } as const;

/** `map=16MiB,probes=100`: bounds that each node keeps. Throws CliError. */
export function parseLimits(text: string): NonNullable<CreateSession['limits']> {
  const limits: { mapBytes?: number; probes?: number } = {};
  for (const part of text.split(',')) {
    const [name = '', value = ''] = part.split('=').map((side) => side.trim());
    switch (name) {
      case 'map':
        limits.mapBytes = parseBytes(value);
        break;
      case 'probes':
        if (!/^[1-9]\d{0,5}$/.test(value)) {
          throw wrongRequest(`--limit ${part}: give a number of probes, such as probes=100.`);
        }
        limits.probes = Number(value);
        break;
      default:
        throw wrongRequest(`--limit ${part}: there is no limit "${name}".`, 'Limits are map=16MiB and probes=100.');
    }
  }
  return limits;
}

function parseBytes(text: string): number {
  const [, number, unit] = /^(\d{1,12})(B|KiB|MiB|GiB)?$/.exec(text) ?? [];
  const bytes = Number(number) * units[(unit ?? '') as keyof typeof units];
  if (number === undefined || bytes <= 0) {
    throw wrongRequest(`--limit map=${text}: give an amount of memory, such as map=16MiB.`);
  }
  return bytes;
}
