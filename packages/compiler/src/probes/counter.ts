import { ProgramType } from '@bpfleet/bpf';
import { didYouMean } from '../source/did-you-mean.ts';
import { parseNumber } from '../syntax/number-literal.ts';
import { type CounterEvent, hardwareEvents, softwareEvents } from './counter-events.ts';
import type { ProbeProvider } from './provider.ts';
import { hasWildcard } from './wildcard.ts';

/** `software:event[:count]`: each `count` events that the kernel counts, on every CPU. */
export const software = provider('software', 's', softwareEvents);
/** `hardware:event[:count]`: each `count` events that the CPU counts, on every CPU; few virtual machines have them. */
export const hardware = provider('hardware', 'h', hardwareEvents);

/** Far more than anything counts between two runs that a person waits for. */
const MAX_COUNT = 1n << 62n;

function provider(kind: 'software' | 'hardware', alias: string, events: readonly CounterEvent[]): ProbeProvider {
  const usage = `${kind}:event or ${kind}:event:count`;
  const names = events.flatMap((event) => (event.alias === undefined ? [event.name] : [event.name, event.alias]));
  return {
    name: kind,
    aliases: [alias],
    usage,
    expand(point, { diagnostics }) {
      const fail = (message: string, hint: string | (() => string | undefined) = `write ${usage}`) => {
        diagnostics.error('invalid-probe', point.span, message, hint);
        return [];
      };
      const [, name = '', count] = point.parts;
      if (point.parts.length < 2 || point.parts.length > 3) {
        return fail(`${kind} probe type requires 1 or 2 arguments, found ${point.parts.length - 1}`);
      }
      if (name === '') return fail(`${kind} probe must have a ${kind} event name`);
      if (hasWildcard(name)) return fail(`wildcards are not allowed for ${kind} probe type`);
      const event = events.find((candidate) => candidate.name === name || candidate.alias === name);
      if (event === undefined) {
        return fail(`${name} is not a ${kind} probe`, () => didYouMean(name, names) ?? `there are ${names.join(', ')}`);
      }
      const parsed = count === undefined ? { value: 0n } : parseNumber(count);
      if ('error' in parsed) return fail(`Invalid count for ${kind} probe: ${parsed.error}`);
      if (parsed.value > MAX_COUNT) return fail(`Invalid count for ${kind} probe: ${count} is too large`);
      const asked = parsed.value > 0n;
      return [
        {
          name: `${kind}:${name}${asked ? `:${parsed.value}` : ''}`,
          programType: ProgramType.PERF_EVENT,
          attach: { kind, event: event.name, config: event.config, period: asked ? parsed.value : event.period },
          context: { kind: 'none' },
        },
      ];
    },
  };
}
