import type { CreateSession } from '@bpfleet/client';
import { AmountError, parseBytes, parseDuration, parseRate, parseShare } from '@bpfleet/runtime';
import { wrongRequest } from '../cli-error.ts';
import { instant } from './instant.ts';
import { type LimitReaders, parseLimitsBy } from './parse-limits.ts';
import type { Program } from './prepare-program.ts';

export interface RunSettings {
  readonly nodes: string;
  readonly for: string;
  readonly every: string;
  readonly limit?: string;
  readonly at?: string;
  readonly maxNodes?: number;
  readonly sample?: string;
  readonly seed?: string;
  readonly late?: boolean;
  readonly priority?: number;
  readonly canary?: string;
  readonly soak?: string;
  readonly maxFailures?: string;
}

/** By which option each member of a request is given: the controller names members, people know the options. */
export const requestOptions: Readonly<Record<string, string>> = {
  '/nodes': '--nodes',
  '/for': '--for',
  '/every': '--every',
  '/limits': '--limit',
  '/sample': '--sample',
  '/maxNodes': '--max-nodes',
  '/seed': '--seed',
  '/late': '--late',
  '/priority': '--priority',
  '/limits/overhead': '--limit',
  '/startAt': '--at',
  '/rollout/canary': '--canary',
  '/rollout/soak': '--soak',
  '/rollout/maxFailures': '--max-failures',
};

/** The body of POST /sessions. Throws CliError that names the option. */
export function runRequest(program: Program, settings: RunSettings): CreateSession {
  checkDuration('--for', settings.for, 'how long to trace, such as 10s');
  checkDuration('--every', settings.every, 'the length of a window, such as 1s');
  const limits = settings.limit === undefined ? undefined : parseLimits(settings.limit);
  return {
    program: requestProgram(program),
    nodes: settings.nodes,
    for: settings.for,
    every: settings.every,
    ...(limits === undefined ? {} : { limits }),
    ...(settings.sample === undefined ? {} : { sample: settings.sample }),
    ...(settings.maxNodes === undefined ? {} : { maxNodes: settings.maxNodes }),
    ...(settings.seed === undefined ? {} : { seed: settings.seed }),
    ...(settings.late === true ? { late: true } : {}),
    ...(settings.priority === undefined ? {} : { priority: settings.priority }),
    ...(settings.at === undefined ? {} : { startAt: instant('--at', settings.at) }),
    ...rolloutOf(settings),
  };
}

function rolloutOf({ canary, soak, maxFailures }: RunSettings): Pick<CreateSession, 'rollout'> {
  if (canary === undefined) {
    const option = soak !== undefined ? '--soak' : maxFailures !== undefined ? '--max-failures' : undefined;
    if (option !== undefined)
      throw wrongRequest(`${option}: goes with --canary.`, 'Say how many nodes begin: --canary 1.');
    return {};
  }
  if (soak !== undefined && !/^0+[a-z]+$/.test(soak))
    checkDuration('--soak', soak, 'how long a wave measures, such as 5s');
  return {
    rollout: {
      canary,
      ...(soak === undefined ? {} : { soak }),
      ...(maxFailures === undefined ? {} : { maxFailures: shareOf('--max-failures', maxFailures) }),
    },
  };
}

function shareOf(option: string, text: string): number {
  try {
    return parseShare(text);
  } catch (error) {
    if (!(error instanceof AmountError)) throw error;
    throw wrongRequest(`${option} ${text}: ${error.message}.`);
  }
}

/** A program as requests have it. */
export function requestProgram(program: Program): CreateSession['program'] {
  switch (program.kind) {
    case 'object':
      return { kind: 'object', object: Buffer.from(program.object).toString('base64') };
    case 'script': {
      const { source, arguments: words } = program;
      return { kind: 'script', source, ...(words === undefined ? {} : { arguments: [...words] }) };
    }
    case 'tool': {
      const { tool, parameters, scripts, own } = program;
      if (!own) return { kind: 'tool', name: tool.manifest.name, parameters: { ...parameters } };
      const variants = scripts.variants.map((variant) => ({ ...variant, arch: [...variant.arch] }));
      return { kind: 'variants', variants, arguments: [...scripts.arguments] };
    }
  }
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
