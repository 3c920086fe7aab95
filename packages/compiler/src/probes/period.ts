import type { AttachPoint } from '../syntax/ast.ts';
import { durationUnits, parseNumber } from '../syntax/number-literal.ts';
import type { ExpandContext } from './provider.ts';

export type Rate =
  | { readonly kind: 'frequency'; readonly hertz: number }
  | { readonly kind: 'period'; readonly nanoseconds: bigint };

/** The fastest that perf events may be asked to go: beyond, the kernel throttles them. */
const MAX_HERTZ = 1_000_000n;
const MAX_PERIOD = durationUnits.d ?? 0n;

/**
 * The rate in `hz:99`, `s:1`, `ms:10`, `us:100` or `10ms`, the parts after the probe's name.
 * undefined after a mistake, which is reported.
 */
export function parseRate(point: AttachPoint, usage: string, { diagnostics }: ExpandContext): Rate | undefined {
  const fail = (message: string): undefined =>
    diagnostics.error('invalid-probe', point.span, message, `write ${usage}`) as undefined;
  const [name = '', first = '', second] = point.parts;
  if (point.parts.length > 3) return fail(`${name} takes a unit and a number`);
  if (second === undefined) {
    if (!/^\d[\d_]*(ns|us|ms|s|m|h|d)$/.test(first)) return fail(`${name} takes a unit and a number`);
    const parsed = parseNumber(first);
    return 'value' in parsed ? period(parsed.value, name, fail) : fail(parsed.error);
  }
  const parsed = parseNumber(second);
  if ('error' in parsed) return fail(parsed.error);
  if (first === 'hz') {
    if (parsed.value < 1n || parsed.value > MAX_HERTZ) return fail(`${name} takes 1 to ${MAX_HERTZ} a second`);
    return { kind: 'frequency', hertz: Number(parsed.value) };
  }
  if (first !== 's' && first !== 'ms' && first !== 'us') return fail(`${name} has no unit '${first}'`);
  return period(parsed.value * (durationUnits[first] ?? 0n), name, fail);
}

function period(nanoseconds: bigint, name: string, fail: (message: string) => undefined): Rate | undefined {
  if (nanoseconds < 1_000n || nanoseconds > MAX_PERIOD) return fail(`${name} takes a period of 1us to 1d`);
  return { kind: 'period', nanoseconds };
}
