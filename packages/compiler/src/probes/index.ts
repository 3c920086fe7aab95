import { begin, end } from './begin-end.ts';
import { hardware, software } from './counter.ts';
import { fentry, fexit } from './fentry.ts';
import { interval } from './interval.ts';
import { iter } from './iter.ts';
import { kprobe, kretprobe } from './kprobe.ts';
import { bench, self, test } from './own-runs.ts';
import { profile } from './profile.ts';
import type { ProbeProvider } from './provider.ts';
import { rawTracepoint } from './raw-tracepoint.ts';
import { tracepoint } from './tracepoint.ts';
import { uprobe, uretprobe } from './uprobe.ts';
import { usdt } from './usdt.ts';
import { watchpoint } from './watchpoint.ts';

/** Every kind of probe there is. */
export const providers: readonly ProbeProvider[] = [
  ...[begin, end, tracepoint, rawTracepoint, profile, interval, software, hardware],
  ...[kprobe, kretprobe, fentry, fexit, uprobe, uretprobe, usdt, iter],
  ...[watchpoint, self, test, bench],
];

const byName = new Map(providers.flatMap((provider) => [provider.name, ...provider.aliases].map((n) => [n, provider])));

export function findProvider(name: string): ProbeProvider | undefined {
  return byName.get(name);
}
