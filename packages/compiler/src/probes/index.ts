import { begin, end } from './begin-end.ts';
import { interval } from './interval.ts';
import { profile } from './profile.ts';
import type { ProbeProvider } from './provider.ts';
import { rawTracepoint } from './raw-tracepoint.ts';
import { tracepoint } from './tracepoint.ts';

/** Every kind of probe there is. */
export const providers: readonly ProbeProvider[] = [begin, end, tracepoint, rawTracepoint, profile, interval];

const byName = new Map(providers.flatMap((provider) => [provider.name, ...provider.aliases].map((n) => [n, provider])));

export function findProvider(name: string): ProbeProvider | undefined {
  return byName.get(name);
}
