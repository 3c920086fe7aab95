import { onlineCpus } from '../node/cpus.ts';
import { openPerfEvent } from '../perf/open-perf-event.ts';
import { tracepointId } from '../tracefs/tracepoint.ts';
import { attachPerfEvent } from './attach-perf-event.ts';
import type { Link } from './link.ts';

/**
 * Attaches a TRACEPOINT program. One event on one CPU is enough: with a program attached, the kernel runs it for the
 * tracepoint on every CPU.
 */
export function attachTracepoint(programFd: number, category: string, event: string): Link {
  const what = `attach to tracepoint:${category}:${event}`;
  const id = tracepointId(category, event);
  return attachPerfEvent(programFd, openPerfEvent({ kind: 'tracepoint', id }, onlineCpus()[0] ?? 0, what), what);
}
