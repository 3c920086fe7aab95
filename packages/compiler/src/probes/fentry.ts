import { type CFunction, ProgramType, type TypeSource } from '@bpfleet/bpf';
import type { AttachPoint } from '../syntax/ast.ts';
import { NO_TYPES } from '../types/btf-type.ts';
import { likeFunction } from './like-function.ts';
import { checkMatches, noMatch } from './match-names.ts';
import type { ExpandContext, ProbeProvider, ProbeTarget } from './provider.ts';
import { requireFeature } from './required-feature.ts';
import { hasWildcard, matcher } from './wildcard.ts';

const namePattern = /^[\w.*?[\]!-]{1,128}$/;

/** `fentry:function`: the entry of a kernel function, with its arguments by name. */
export const fentry = provider('fentry', ['f', 'kfunc']);
/** `fexit:function`: the return of a kernel function, with its arguments by name and what it returned. */
export const fexit = provider('fexit', ['fr', 'kretfunc']);

function provider(name: 'fentry' | 'fexit', aliases: readonly string[]): ProbeProvider {
  const usage = `${name}:function`;
  const target = (symbol: string, found: CFunction | null): ProbeTarget => ({
    name: `${name}:vmlinux:${symbol}`,
    programType: ProgramType.TRACING,
    attach: { kind: name, function: symbol, btfId: found?.id ?? 0 },
    context: { kind: 'function', at: name === 'fexit' ? 'return' : 'entry', function: found, space: 'any' },
    function: symbol,
  });
  return {
    name,
    aliases,
    usage,
    expand(point, context) {
      const { env, diagnostics } = context;
      const symbol = point.parts.at(-1) ?? '';
      const inKernel = point.parts.length === 2 || (point.parts.length === 3 && point.parts[1] === 'vmlinux');
      if (!inKernel || !namePattern.test(symbol)) {
        const message =
          point.parts.length === 1
            ? `${name} probe type requires 1 or 3 arguments, found 0`
            : `${name} takes a function of the kernel; those of modules cannot be traced yet`;
        diagnostics.error('invalid-probe', point.span, message, `write ${usage}`);
        return [];
      }
      if (env.tracepoints === null) return [target(symbol, null)];
      if (!requireFeature('fentry', point, context)) return [];
      if (env.types === undefined) {
        diagnostics.error('unsupported', point.span, NO_TYPES);
        return [];
      }
      if (hasWildcard(symbol)) return expandWildcard(point, symbol, context).map((one) => target(one.name, one.found));
      const found = env.types.function(symbol);
      if (found !== undefined) return [target(symbol, found)];
      const hint = () => likeFunction(symbol, env.types?.functions() ?? []);
      diagnostics.error('no-match', point.span, noMatch(name, symbol), hint);
      return [];
    },
  };
}

function expandWildcard(point: AttachPoint, symbol: string, context: ExpandContext) {
  const { types, functions } = context.env;
  const isSymbol = matcher(symbol);
  const traceable = functions === undefined ? undefined : new Set(functions.list().map((one) => one.name));
  const names = (types?.functions() ?? []).filter((name) => isSymbol(name) && (traceable?.has(name) ?? true));
  const matches = checkMatches(point, [...new Set(names)].sort(), 'functions of the kernel', context).flatMap(
    (name) => {
      const found = types?.function(name);
      return found === undefined ? [] : [{ name, found }];
    },
  );
  const fitting = matches.filter(({ found }) => types !== undefined && fitsEveryKernel(types, found));
  if (fitting.length < matches.length) {
    const message = `${matches.length - fitting.length} matches are left out: what they take or return does not fit`;
    context.diagnostics.warning('no-match', point.span, message, 'kprobe may do for them');
  }
  return fitting;
}

/** Registers of arguments that the trampolines of all kernels save; newer ones save more. */
const MAX_ARGUMENTS = 6;

/** Whether the kernel can call a program with what the function takes and returns: numbers and pointers, not too many. */
function fitsEveryKernel(types: TypeSource, { parameters, variadic, returns }: CFunction): boolean {
  const isCell = (type: number) => ['integer', 'pointer'].includes(types.resolve(type).kind);
  if (variadic || parameters.length > MAX_ARGUMENTS) return false;
  return parameters.every(({ type }) => isCell(type)) && (isCell(returns) || types.resolve(returns).kind === 'void');
}
