import { ProgramType } from '@bpfleet/bpf';
import type { AttachPoint } from '../syntax/ast.ts';
import { likeFunction } from './like-function.ts';
import { checkMatches, noMatch } from './match-names.ts';
import { parseOffset } from './offset.ts';
import type { ExpandContext, ProbeProvider, ProbeTarget } from './provider.ts';
import { requireFeature } from './required-feature.ts';
import { hasWildcard, matcher } from './wildcard.ts';

const namePattern = /^[\w.*?[\]!-]{1,128}$/;

/** `kprobe:function`, `kprobe:function+offset`, `kprobe:module:function`: code of the kernel. */
export const kprobe = provider('kprobe', 'k', 'kprobe:function or kprobe:function+offset');
/** `kretprobe:function`: where a function of the kernel returns. */
export const kretprobe = provider('kretprobe', 'kr', 'kretprobe:function');

function provider(name: 'kprobe' | 'kretprobe', alias: string, usage: string): ProbeProvider {
  const returns = name === 'kretprobe';
  const target = (symbol: string, offset = 0): ProbeTarget => ({
    name: `${name}:${symbol}${offset === 0 ? '' : `+${offset}`}`,
    programType: ProgramType.KPROBE,
    attach: { kind: 'kprobe', function: symbol, offset, return: returns },
    context: { kind: 'registers', at: returns ? 'return' : 'entry', space: 'any' },
    function: symbol,
  });
  return {
    name,
    aliases: [alias],
    usage,
    expand(point, context) {
      const { env, diagnostics } = context;
      const place = parsePlace(point);
      if (place === undefined || (place.offset !== 0 && (returns || hasWildcard(place.symbol)))) {
        const count = point.parts.length - 1;
        const message =
          count < 1 || count > 2
            ? `${name} probe type requires 1 or 2 arguments, found ${count}`
            : place !== undefined && returns
              ? 'Offset not allowed'
              : `${name} takes a function of the kernel`;
        diagnostics.error('invalid-probe', point.span, message, `write ${usage}`);
        return [];
      }
      const { symbol, offset, module } = place;
      if (env.tracepoints === null) return [target(symbol, offset)];
      if (!requireFeature('kprobe', point, context)) return [];
      if (hasWildcard(symbol) || module !== '*')
        return expandWildcard(point, symbol, module, context).map((n) => target(n));
      if (env.functions === undefined || env.functions.count(symbol) > 0) return [target(symbol, offset)];
      const names = () => (env.functions?.list() ?? []).map((one) => one.name);
      const hint = () => likeFunction(symbol, names());
      diagnostics.error('no-match', point.span, noMatch(name, symbol), hint);
      return [];
    },
  };
}

interface Place {
  readonly module: string;
  readonly symbol: string;
  readonly offset: number;
}

function parsePlace(point: AttachPoint): Place | undefined {
  if (point.parts.length < 2 || point.parts.length > 3) return undefined;
  const module = point.parts.length === 3 ? (point.parts[1] ?? '') : '*';
  const { name, offset } = parseOffset(point.parts.at(-1) ?? '');
  if (offset === undefined || !namePattern.test(name) || !namePattern.test(module)) return undefined;
  return { module, symbol: name, offset };
}

/** Names that several functions share are left out: the kernel would not know which is meant. */
function expandWildcard(point: AttachPoint, symbol: string, module: string, context: ExpandContext): readonly string[] {
  const { functions } = context.env;
  const isSymbol = matcher(symbol);
  const inModule = matcher(module);
  const matches = (functions?.list() ?? [])
    .filter((one) => isSymbol(one.name) && inModule(one.module === '' ? 'vmlinux' : one.module))
    .map((one) => one.name);
  const unique = matches.filter((name) => (functions?.count(name) ?? 0) <= 1);
  if (unique.length < matches.length) {
    const message = `${matches.length - unique.length} matches are left out: several functions share their names`;
    context.diagnostics.warning('no-match', point.span, message);
  }
  return checkMatches(point, unique, 'functions of the kernel', context);
}
