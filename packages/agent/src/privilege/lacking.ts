import type { Capability } from './capabilities.ts';

/** A part of what an agent does that some capability is for. */
export interface Lack {
  readonly feature: string;
  readonly capability: Capability;
}

interface Need extends Lack {
  /** Whether the node can do without, because it is set up otherwise. */
  readonly unless?: 'run_stats' | 'perf_event' | 'uprobe';
}

/** From Linux 5.8 on CAP_SYS_ADMIN stands for nothing of this but the last three. Whoever only looks needs no CAP_NET_ADMIN. */
const needs: readonly Need[] = [
  { feature: 'every program and map', capability: 'CAP_BPF' },
  { feature: 'every probe', capability: 'CAP_PERFMON' },
  { feature: 'tracepoints by name, and files of other users that are traced', capability: 'CAP_DAC_READ_SEARCH' },
  { feature: "symbols of other users' processes, and what is in containers", capability: 'CAP_SYS_PTRACE' },
  { feature: 'names of kernel functions in stacks and of kprobes', capability: 'CAP_SYSLOG' },
  { feature: 'programs of network interfaces, sockets and control groups', capability: 'CAP_NET_ADMIN' },
  { feature: 'limits of CPU overhead, and its measurement', capability: 'CAP_SYS_ADMIN', unless: 'run_stats' },
  {
    feature:
      'kprobes, profiles and classic tracepoints (sysctl kernel.perf_event_paranoid=2 gives them to CAP_PERFMON)',
    capability: 'CAP_SYS_ADMIN',
    unless: 'perf_event',
  },
  {
    feature: 'USDT, uprobes of objects, and before kernel 6.6 those of scripts',
    capability: 'CAP_SYS_ADMIN',
    unless: 'uprobe',
  },
];

/** `release`: as uname -r prints it. Older kernels than 5.8 know nothing between CAP_SYS_ADMIN and nothing. */
export function hasOwnCapabilities(release: string): boolean {
  const [major = 0, minor = 0] = release.split('.').map((part) => Number.parseInt(part, 10));
  return major > 5 || (major === 5 && minor >= 8);
}

/** What an agent cannot do for want of a capability. `features`: what the kernel was found to give to this process. */
export function lackOf(held: ReadonlySet<Capability>, release: string, features: readonly string[]): Lack[] {
  if (!hasOwnCapabilities(release)) {
    return held.has('CAP_SYS_ADMIN')
      ? []
      : [{ feature: 'everything, on a kernel before 5.8', capability: 'CAP_SYS_ADMIN' }];
  }
  return needs
    .filter(({ capability, unless }) => !held.has(capability) && (unless === undefined || !features.includes(unless)))
    .map(({ feature, capability }) => ({ feature, capability }));
}

/** One line for the log: `CAP_SYSLOG: names of kernel functions; CAP_BPF: ...`. */
export function lackText(lacks: readonly Lack[]): string {
  const byCapability = Map.groupBy(lacks, ({ capability }) => capability);
  return [...byCapability]
    .map(([capability, its]) => `${capability}: ${its.map(({ feature }) => feature).join(', ')}`)
    .join('; ');
}
