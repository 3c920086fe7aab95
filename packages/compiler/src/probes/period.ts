import type { AttachPoint } from '../syntax/ast.ts';
import { durationUnits, parseNumber } from '../syntax/number-literal.ts';
import type { ExpandContext } from './provider.ts';

export type Rate = (
  | { readonly kind: 'frequency'; readonly hertz: number }
  | { readonly kind: 'period'; readonly nanoseconds: bigint }
) & {
  /** As the probe's name has it: `hz:99`, `us:10000` of `10ms`. */
  readonly label: string;
};

/** The fastest that perf events may be asked to go: beyond, the kernel throttles them. */
const MAX_HERTZ = 1_000_000n;
const MIN_PERIOD = 1_000n;
const MAX_PERIOD = durationUnits.d ?? 0n;

/**
 * The rate in `hz:99`, `s:1`, `ms:10`, `us:100` or `10ms`, the parts after the probe's name. A number alone counts
 * nanoseconds, of which whole microseconds count. undefined after a mistake, which is reported.
 */
export function parseRate(point: AttachPoint, usage: string, { diagnostics }: ExpandContext): Rate | undefined {
  const fail = (message: string): undefined =>
    diagnostics.error('invalid-probe', point.span, message, `write ${usage}`) as undefined;
  const [, first = '', second] = point.parts;
  const name = usage.slice(0, usage.indexOf(':'));
  if (point.parts.length < 2 || point.parts.length > 3) {
    return fail(`${name} probe type requires 1 or 2 arguments, found ${point.parts.length - 1}`);
  }
  const parsed = parseNumber(second ?? first);
  if ('error' in parsed) return fail(`Invalid rate of ${name} probe: ${parsed.error}`);
  if (second === undefined) {
    if (parsed.value < MIN_PERIOD) {
      return fail(`Invalid rate of ${name} probe. Minimum is 1000 or 1us. Found: ${parsed.value} nanoseconds`);
    }
    const microseconds = parsed.value / 1_000n;
    return period(microseconds * 1_000n, `us:${microseconds}`, name, fail);
  }
  const label = `${first}:${parsed.value}`;
  if (parsed.value < 1n) return fail(`${name} frequency should be a positive integer`);
  if (first === 'hz') {
    if (parsed.value > MAX_HERTZ) return fail(`${name} takes 1 to ${MAX_HERTZ} a second`);
    return { kind: 'frequency', hertz: Number(parsed.value), label };
  }
  if (first !== 's' && first !== 'ms' && first !== 'us') return fail(`${first} is not an accepted unit of time`);
  return period(parsed.value * (durationUnits[first] ?? 0n), label, name, fail);
}

function period(
  nanoseconds: bigint,
  label: string,
  name: string,
  fail: (message: string) => undefined,
): Rate | undefined {
  if (nanoseconds > MAX_PERIOD) return fail(`${name} takes a period of 1us to 1d`);
  return { kind: 'period', nanoseconds, label };
}
