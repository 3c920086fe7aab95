import { onlineCpus } from '../node/cpus.ts';
import { openPerfEvent } from '../perf/open-perf-event.ts';
import type { PerfEventSpec } from '../perf/perf-event-attr.ts';
import { attachEveryCpu } from './attach-every-cpu.ts';
import { attachPerfEvent } from './attach-perf-event.ts';
import type { Link } from './link.ts';

/** Attaches a PERF_EVENT program to the clock of every CPU that is online. */
export function attachProfile(programFd: number, event: PerfEventSpec & { kind: 'cpu-clock' }): Link {
  return attachEveryCpu(programFd, event, 'attach to profile');
}

/** Attaches a PERF_EVENT program to the clock of one CPU. */
export function attachInterval(programFd: number, periodNs: bigint): Link {
  const what = 'attach to interval';
  const cpu = onlineCpus()[0] ?? 0;
  return attachPerfEvent(programFd, openPerfEvent({ kind: 'cpu-clock', periodNs }, cpu, what), what);
}
