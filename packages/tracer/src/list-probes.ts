import { availableTracepoints } from '@bpfleet/kernel';
import { readFormat } from './compile-env.ts';
import { globMatcher } from './glob.ts';
import { functionProbes, type ProbeCandidate, programProbes } from './list-functions.ts';
import type { ListedProbe } from './listed-probe.ts';

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
  k: 'kprobe',
  kr: 'kretprobe',
  f: 'fentry',
  kfunc: 'fentry',
  fr: 'fexit',
  kretfunc: 'fexit',
  u: 'uprobe',
  ur: 'uretprobe',
};

/** Kinds of probe on functions; bpftrace lists entries where no kind is named. */
const FUNCTION_PROVIDERS = ['fentry', 'fexit', 'kprobe', 'kretprobe'];
const DEFAULT_FUNCTION_PROVIDERS = ['fentry', 'kprobe'];

/** What can be had of a provider without a list of events: bpftrace shows these as they stand. */
const TEMPLATES: readonly ListedProbe[] = [
  ...['hz', 'us', 'ms', 's'].map((unit) => ({ name: `profile:${unit}:`, arguments: [] })),
  ...['hz', 'us', 'ms', 's'].map((unit) => ({ name: `interval:${unit}:`, arguments: [] })),
];

/**
 * The probes of this node that match bpftrace's search pattern, by provider and name. A pattern without a colon is
 * looked for anywhere in the name. Functions of programs are only listed where the program is named:
 * `uprobe:libc:mem*`.
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
  let matched = templates.length + raw.length + tracepoints.length;
  for (const candidate of functionCandidates(pattern)) {
    if (!matches(candidate.name)) continue;
    matched++;
    if (probes.length >= limit) continue;
    probes.push({ name: candidate.name, arguments: options.arguments === true ? (candidate.arguments?.() ?? []) : [] });
  }
  return { probes, matched };
}

function* functionCandidates(pattern: string): Generator<ProbeCandidate> {
  const { provider, file } = parts(pattern);
  if ((provider === 'uprobe' || provider === 'uretprobe') && file !== undefined) {
    yield* programProbes(provider, file);
    return;
  }
  const isProvider = globMatcher(provider);
  const providers =
    provider === '' ? DEFAULT_FUNCTION_PROVIDERS : FUNCTION_PROVIDERS.filter((candidate) => isProvider(candidate));
  for (const name of providers) yield* functionProbes(name);
}

/** The kind of probe that a pattern names, empty where it names none, and the program after it. */
function parts(pattern: string): { readonly provider: string; readonly file?: string } {
  const [provider = '', file, ...rest] = pattern.split(':');
  if (file === undefined) return { provider: '' };
  return { provider: PROVIDERS[provider] ?? provider, ...(rest.length === 0 ? {} : { file }) };
}

function matcher(pattern: string): (name: string) => boolean {
  if (pattern === '') return () => true;
  const [provider = '', ...rest] = pattern.split(':');
  if (rest.length === 0) return globMatcher(`*${pattern}*`);
  const full = PROVIDERS[provider] ?? provider;
  // The name that is listed has the kernel's module, or the whole path of the program.
  if ((full === 'fentry' || full === 'fexit') && rest.length === 1) return globMatcher(`${full}:vmlinux:${rest[0]}`);
  if (full === 'uprobe' || full === 'uretprobe') return globMatcher(`${full}:*:${rest.slice(1).join(':')}`);
  return globMatcher([full, ...rest].join(':'));
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
