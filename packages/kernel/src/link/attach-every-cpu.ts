import { onlineCpus } from '../node/cpus.ts';
import { openPerfEvent } from '../perf/open-perf-event.ts';
import type { PerfEventSpec } from '../perf/perf-event-attr.ts';
import { attachPerfEvent } from './attach-perf-event.ts';
import { joinLinks, type Link } from './link.ts';

/** Attaches a PERF_EVENT program to one perf event on each CPU that is online. */
export function attachEveryCpu(programFd: number, event: PerfEventSpec, what: string): Link {
  const links: Link[] = [];
  try {
    for (const cpu of onlineCpus()) links.push(attachPerfEvent(programFd, openPerfEvent(event, cpu, what), what));
  } catch (error) {
    joinLinks(links).close();
    throw error;
  }
  return joinLinks(links);
}
