import { ProgramType } from '@bpfleet/bpf';
import type { CompileEnv, TracepointName, TracepointSource } from '../env.ts';
import { didYouMean } from '../source/did-you-mean.ts';
import { syscallTable } from '../types/syscall-table.ts';
import type { TracepointFormat } from '../types/tracepoint-format.ts';
import { checkMatches, noMatch } from './match-names.ts';
import type { ProbeProvider, ProbeTarget } from './provider.ts';
import { hasWildcard, matcher } from './wildcard.ts';

const usage = 'tracepoint:category:event';
const namePattern = /^[\w.*?[\]!-]{1,128}$/;

/** `tracepoint:category:event`: a static tracepoint with its arguments as tracefs describes them. */
export const tracepoint: ProbeProvider = {
  name: 'tracepoint',
  aliases: ['t'],
  usage,
  expand(point, context) {
    const { env, diagnostics } = context;
    const [, category = '', event = ''] = point.parts;
    if (point.parts.length !== 3 || !namePattern.test(category) || !namePattern.test(event)) {
      const found = point.parts.length - 1;
      const message = `tracepoint probe type requires 2 arguments, found ${found}`;
      diagnostics.error(
        'invalid-probe',
        point.span,
        found === 2 ? `invalid name of a tracepoint` : message,
        `write ${usage}`,
      );
      return [];
    }
    const source = env.tracepoints;
    if (source === null) return [target({ category, event }, null, env.arch)];
    if (!hasWildcard(category) && !hasWildcard(event)) {
      const format = source.tracepoint(category, event);
      if (format !== undefined) return [target({ category, event }, format, env.arch)];
      const hint = () => openHint(env.arch, category, event) ?? didYouMean(`${category}:${event}`, names(source));
      diagnostics.error('no-match', point.span, noMatch('tracepoint', category, event), hint);
      return [];
    }
    const inCategory = matcher(category);
    const isEvent = matcher(event);
    const matches = source.list().filter((name) => inCategory(name.category) && isEvent(name.event));
    return checkMatches(point, matches, 'tracepoints', context).flatMap((name) => {
      const format = source.tracepoint(name.category, name.event);
      return format === undefined ? [] : [target(name, format, env.arch)];
    });
  },
};

function target(
  { category, event }: TracepointName,
  format: TracepointFormat | null,
  arch: CompileEnv['arch'],
): ProbeTarget {
  const syscall = category === 'syscalls' ? syscallOf(event, arch) : undefined;
  const fromUser = category === 'syscalls' || category === 'raw_syscalls';
  return {
    name: `tracepoint:${category}:${event}`,
    programType: ProgramType.TRACEPOINT,
    attach: { kind: 'tracepoint', category, event },
    context: { kind: 'tracepoint', format, space: fromUser ? 'user' : 'kernel' },
    ...(syscall === undefined ? {} : { syscall }),
  };
}

function syscallOf(event: string, arch: CompileEnv['arch']): ProbeTarget['syscall'] {
  const [, at, name = ''] = /^sys_(enter|exit)_(\w+)$/.exec(event) ?? [];
  const number = syscallTable(arch).tracepointNumber(name);
  return number === undefined ? undefined : { number, at: at === 'exit' ? 'exit' : 'enter' };
}

function* names(source: TracepointSource): Generator<string> {
  for (const { category, event } of source.list()) yield `${category}:${event}`;
}

/** arm64 has no open, stat, fork, pipe ... : the kernel only took over the newer calls. */
function openHint(arch: string, category: string, event: string): string | undefined {
  if (arch !== 'arm64' || category !== 'syscalls') return undefined;
  const newer: Record<string, string> = {
    ...{ open: 'openat', stat: 'newfstatat', lstat: 'newfstatat', fork: 'clone', vfork: 'clone', pipe: 'pipe2' },
    ...{ unlink: 'unlinkat', mkdir: 'mkdirat', rename: 'renameat2', access: 'faccessat', poll: 'ppoll' },
  };
  const match = /^sys_(enter|exit)_(new)?(\w+)$/.exec(event);
  const replacement = newer[match?.[3] ?? ''];
  return replacement && `arm64 has no such call; its kernel has sys_${match?.[1]}_${replacement}`;
}
