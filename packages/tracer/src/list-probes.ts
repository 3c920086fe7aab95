import { availableTracepoints } from '@bpfleet/kernel';
import { readFormat } from './compile-env.ts';
import { globMatcher } from './glob.ts';

export interface ListedProbe {
  readonly name: string;
  /** Empty unless they were asked for. */
  readonly arguments: readonly { readonly type: string; readonly name: string }[];
}

export interface ProbeList {
  readonly probes: readonly ListedProbe[];
  /** How many matched in all. */
  readonly matched: number;
}

export interface ListProbesOptions {
  /** At most so many are returned. */
  readonly limit?: number;
  readonly arguments?: boolean;
}

const DEFAULT_LIMIT = 10_000;
const MAX_PATTERN_LENGTH = 1024;

/** Short names of providers, as in scripts. */
const PROVIDERS: Readonly<Record<string, string>> = {
  t: 'tracepoint',
  rt: 'rawtracepoint',
  p: 'profile',
  i: 'interval',
};

/** What can be had of a provider without a list of events: bpftrace shows these as they stand. */
const TEMPLATES: readonly ListedProbe[] = [
  ...['hz', 'us', 'ms', 's'].map((unit) => ({ name: `profile:${unit}:`, arguments: [] })),
  ...['hz', 'us', 'ms', 's'].map((unit) => ({ name: `interval:${unit}:`, arguments: [] })),
];

/**
 * The probes of this node that match bpftrace's search pattern, sorted by provider and name. A pattern without a colon
 * is looked for anywhere in the name.
 */
export function listProbes(pattern: string, options: ListProbesOptions = {}): ProbeList {
  const { limit = DEFAULT_LIMIT } = options;
  const matches = matcher(pattern.slice(0, MAX_PATTERN_LENGTH));
  const events = availableTracepoints();
  const tracepoints = events.filter(({ category, event }) => matches(`tracepoint:${category}:${event}`));
  const raw = rawNames(events).filter((name) => matches(name));
  const templates = TEMPLATES.filter(({ name }) => matches(name));
  const probes: ListedProbe[] = [...templates.slice(0, limit), ...raw.map((name) => ({ name, arguments: [] }))].slice(
    0,
    limit,
  );
  for (const { category, event } of tracepoints.slice(0, limit - probes.length)) {
    probes.push({
      name: `tracepoint:${category}:${event}`,
      arguments: options.arguments === true ? argumentsOf(category, event) : [],
    });
  }
  return { probes, matched: templates.length + raw.length + tracepoints.length };
}

function matcher(pattern: string): (name: string) => boolean {
  if (pattern === '') return () => true;
  const [provider = '', ...rest] = pattern.split(':');
  const whole = rest.length === 0 ? `*${pattern}*` : [PROVIDERS[provider] ?? provider, ...rest].join(':');
  return globMatcher(whole);
}

/**
 * Raw tracepoints go by the event alone. The system calls' own tracepoints have none: they are made out of
 * sys_enter and sys_exit.
 */
function rawNames(events: readonly { category: string; event: string }[]): string[] {
  const names = events.filter(({ category }) => category !== 'syscalls').map(({ event }) => `rawtracepoint:${event}`);
  return [...new Set(names)].sort();
}

function argumentsOf(category: string, event: string): ListedProbe['arguments'] {
  return (readFormat(category, event)?.fields ?? []).map(({ type, name, length }) => ({
    type: length === undefined ? type : `${type}[${length}]`,
    name,
  }));
}
