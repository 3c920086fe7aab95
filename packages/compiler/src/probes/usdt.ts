import { ProgramType, type StaticProbe } from '@bpfleet/bpf';
import type { Executable } from '../env.ts';
import { didYouMean } from '../source/did-you-mean.ts';
import type { AttachPoint } from '../syntax/ast.ts';
import { splitArguments } from '../types/static-argument.ts';
import { checkMatches, noMatch } from './match-names.ts';
import type { ExpandContext, ProbeProvider, ProbeTarget } from './provider.ts';
import { requireFeature } from './required-feature.ts';
import { hasWildcard, matcher } from './wildcard.ts';

const usage = 'usdt:path:probe or usdt:path:provider:probe';

/**
 * `usdt:path:provider:probe`: a static probe of a program or library. With a process to trace the path may be left
 * out, or be a wildcard over what that process has mapped.
 */
export const usdt: ProbeProvider = {
  name: 'usdt',
  aliases: ['U'],
  usage,
  expand(point, context) {
    const { env, diagnostics } = context;
    const place = parsePlace(point, env.process !== undefined);
    if (place === undefined) {
      const message = `usdt probe type requires 2 or 3 arguments, found ${point.parts.length - 1}`;
      diagnostics.error('invalid-probe', point.span, message, `write ${usage}`);
      return [];
    }
    const { file, provider, name } = place;
    if (env.tracepoints === null) {
      const probe = { provider, name, offset: 0, semaphore: 0, arguments: '' };
      return [target(file, probe, 'unknown')];
    }
    if (!requireFeature('uprobe', point, context)) return [];
    const isProvider = matcher(provider);
    const isName = matcher(name);
    const files = filesOf(point, file, context);
    const matches = files.flatMap((found) =>
      (found.staticProbes?.() ?? [])
        .filter((probe) => isProvider(probe.provider) && isName(probe.name))
        .map((probe) => target(found.path, probe)),
    );
    if (matches.length > 0 || files.length === 0 || hasWildcard(point.parts.slice(file === '' ? 1 : 2).join())) {
      return files.length === 0 ? [] : checkMatches(point, matches, 'static probes', context);
    }
    const names = files.flatMap((found) => (found.staticProbes?.() ?? []).map((probe) => probe.name));
    const where = files.length === 1 ? files[0]?.path : 'what the process has mapped';
    diagnostics.error('no-match', point.span, noMatch('usdt', where ?? file, name), () => didYouMean(name, names));
    return [];
  },
};

interface Place {
  readonly file: string;
  readonly provider: string;
  readonly name: string;
}

function parsePlace({ parts }: AttachPoint, process: boolean): Place | undefined {
  const [file = '', ...rest] = process && parts.length === 2 ? ['', ...parts.slice(1)] : parts.slice(1);
  if (rest.length < 1 || rest.length > 2 || file.includes('\0')) return undefined;
  const [provider, name] = rest.length === 2 ? [rest[0] || '*', rest[1]] : ['*', rest[0]];
  if (name === undefined || name === '' || (file === '' && !process)) return undefined;
  return { file, provider, name };
}

function filesOf(point: AttachPoint, file: string, { env, diagnostics }: ExpandContext): Executable[] {
  const open = (path: string) => env.executables?.find(path) ?? { reason: 'the programs of this node are not known' };
  if (env.process !== undefined && (file === '' || hasWildcard(file))) {
    const isFile = matcher(file === '' ? '*' : file);
    return env.process.files().flatMap((path) => {
      const found = isFile(path) ? open(path) : { reason: '' };
      return 'reason' in found ? [] : [found];
    });
  }
  const found = hasWildcard(file) ? (env.executables?.findAll?.(file) ?? []) : [open(file)];
  const readable = found.filter((one): one is Executable => !('reason' in one));
  if (readable.length > 0) return readable;
  const [first] = found;
  const reason =
    first !== undefined && 'reason' in first ? first.reason : `'${file}' does not exist or is not executable`;
  diagnostics.error(
    'no-program',
    point.span,
    `usdt target file ${reason}`,
    'write the path of a program, or a name such as libc',
  );
  return [];
}

function target(path: string, probe: StaticProbe, known?: 'unknown'): ProbeTarget {
  const place = { path, offset: probe.offset, return: false };
  return {
    name: `usdt:${path}:${probe.provider}:${probe.name}`,
    programType: ProgramType.KPROBE,
    attach: {
      kind: 'uprobe',
      ...place,
      ...(probe.semaphore > 0 ? { semaphore: probe.semaphore } : {}),
    },
    context:
      known === 'unknown'
        ? { kind: 'registers', at: 'entry', space: 'user' }
        : { kind: 'static-probe', arguments: splitArguments(probe.arguments), space: 'user' },
    function: probe.name,
  };
}
