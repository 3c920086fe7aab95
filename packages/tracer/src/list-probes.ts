import { globMatcher } from './glob.ts';
import {
  counterProbes,
  iteratorProbes,
  rawTracepointProbes,
  selfProbes,
  timerProbes,
  tracepointProbes,
} from './list-events.ts';
import { functionProbes } from './list-functions.ts';
import { programProbes } from './list-programs.ts';
import type { ListedProbe, ProbeCandidate } from './listed-probe.ts';

export interface ProbeList {
  readonly probes: readonly ListedProbe[];
  /** How many matched in all. */
  readonly matched: number;
  /** Paths of programs whose arguments were asked for and are nowhere told. */
  readonly withoutDebugInfo: readonly string[];
}

export interface ListProbesOptions {
  /** At most so many are returned. */
  readonly limit?: number;
  readonly arguments?: boolean;
  /** Functions and static probes of what this process has mapped, where no program is named. */
  readonly pid?: number;
}

const DEFAULT_LIMIT = 10_000;
const MAX_PATTERN_LENGTH = 1024;

interface Lister {
  readonly aliases: readonly string[];
  /** Whether its probes are listed where no provider is named: bpftrace lists what the kernel has, entries only. */
  readonly general: boolean;
  /** Of a program, whose path is part of the name. */
  readonly program?: true;
  list(provider: string, file: string, pid?: number): Iterable<ProbeCandidate>;
}

/** Every provider that has something to list, in the order of the list. */
const listers: Readonly<Record<string, Lister>> = {
  fentry: { aliases: ['f', 'kfunc'], general: true, list: functionProbes },
  fexit: { aliases: ['fr', 'kretfunc'], general: false, list: functionProbes },
  hardware: { aliases: ['h'], general: true, list: counterProbes },
  interval: { aliases: ['i'], general: false, list: timerProbes },
  iter: { aliases: ['it'], general: true, list: iteratorProbes },
  kprobe: { aliases: ['k'], general: true, list: functionProbes },
  kretprobe: { aliases: ['kr'], general: false, list: functionProbes },
  profile: { aliases: ['p'], general: false, list: timerProbes },
  rawtracepoint: { aliases: ['rt'], general: true, list: rawTracepointProbes },
  self: { aliases: [], general: false, list: selfProbes },
  software: { aliases: ['s'], general: true, list: counterProbes },
  tracepoint: { aliases: ['t'], general: true, list: tracepointProbes },
  uprobe: { aliases: ['u'], general: false, program: true, list: programProbes },
  uretprobe: { aliases: ['ur'], general: false, program: true, list: programProbes },
  usdt: { aliases: ['U'], general: false, program: true, list: programProbes },
};

/**
 * The probes of this node that match bpftrace's search pattern, by provider and name. A pattern without a colon is that of
 * the name's last part, in any provider. Those of programs are only listed where the program is named, as in
 * `uprobe:libc:mem*`, or for one process.
 */
export function listProbes(pattern: string, options: ListProbesOptions = {}): ProbeList {
  const { limit = DEFAULT_LIMIT, pid } = options;
  const [first = '', ...rest] = pattern.slice(0, MAX_PATTERN_LENGTH).split(':');
  const probes: ListedProbe[] = [];
  const withoutDebugInfo = new Set<string>();
  let matched = 0;
  for (const [provider, lister] of Object.entries(listers)) {
    if (!isAsked(first, rest, provider, lister, pid)) continue;
    const matches = matcher(provider, lister, rest.length === 0 ? [first || '*'] : rest, pid);
    for (const candidate of lister.list(provider, fileOf(rest, pid), pid)) {
      if (!matches(candidate.name) || candidate.exists?.() === false) continue;
      if (++matched > limit) continue;
      const found = options.arguments === true ? (candidate.arguments?.() ?? []) : [];
      if ('program' in found) withoutDebugInfo.add(found.program);
      probes.push({ name: candidate.name, arguments: 'program' in found ? [] : found });
    }
  }
  return { probes, matched, withoutDebugInfo: [...withoutDebugInfo] };
}

/** Of a process the file may be left out: then what is written is the name of a function. */
function fileOf([first = '', ...rest]: readonly string[], pid: number | undefined): string {
  return pid !== undefined && rest.length === 0 && !first.includes('/') ? '*' : first;
}

/** Where a wildcard stands for the provider, a path after it asks for programs, all else for the kernel. */
function isAsked(first: string, rest: readonly string[], provider: string, lister: Lister, pid?: number): boolean {
  const ofProcess = pid !== undefined && lister.program === true && provider !== 'uretprobe';
  if (rest.length === 0) return lister.general || ofProcess;
  if (first === provider || lister.aliases.includes(first)) return true;
  if (!/[*?[]/.test(first) || !globMatcher(first)(provider)) return false;
  const ofProgram = rest[0]?.includes('/') === true;
  return ofProgram ? lister.program === true && provider !== 'uretprobe' : lister.general || ofProcess;
}

function matcher(
  provider: string,
  lister: Lister,
  rest: readonly string[],
  pid: number | undefined,
): (name: string) => boolean {
  const last = rest.at(-1) ?? '';
  // The name that is listed has the whole path of the program, and of a static probe its provider.
  if (lister.program === true) {
    const symbols = rest.length > 1 || pid === undefined ? rest.slice(1) : rest;
    if (provider !== 'usdt') return globMatcher(`${provider}:*:${symbols.join(':')}`);
    return globMatcher(`usdt:*:${symbols.length === 1 ? '*:' : ''}${symbols.join(':')}`);
  }
  const whole = globMatcher(`${provider}:${rest.join(':')}`);
  // The kernel's module, the category and the count after an event may be left out.
  if (rest.length > 1) return (name) => whole(name) || whole(`${name}*`) || whole(name.replace(/:$/, ''));
  const inner = globMatcher(`${provider}:*:${last}`);
  const open = globMatcher(`${provider}:${last}:`);
  return (name) => whole(name) || inner(name) || open(name);
}
