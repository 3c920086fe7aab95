import { readFileSync } from 'node:fs';
import { KernelError } from '../kernel-error.ts';
import { tracefs } from './tracefs.ts';

/** Names within tracefs: nothing that could leave its folder. */
const NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/;

export interface TracepointName {
  readonly category: string;
  readonly event: string;
}

/** Every tracepoint of this kernel, sorted by category and event. Throws `KernelError` NOTRACEFS. */
export function availableTracepoints(): TracepointName[] {
  return readFileSync(`${tracefs()}/available_events`, 'utf8')
    .split('\n')
    .filter((line) => line.includes(':'))
    .sort()
    .map((line) => {
      const [category = '', event = ''] = line.split(':');
      return { category, event };
    });
}

/** Text of a tracepoint's `format` file; null where there is no such tracepoint. */
export function tracepointFormat(category: string, event: string): string | null {
  return readEventFile(category, event, 'format');
}

/** Number of a tracepoint for perf_event_open. Throws `KernelError` NOEVENT. */
export function tracepointId(category: string, event: string): number {
  const text = readEventFile(category, event, 'id');
  if (text === null) throw new KernelError('NOEVENT', `this kernel has no tracepoint:${category}:${event}`);
  return Number(text);
}

function readEventFile(category: string, event: string, file: string): string | null {
  if (!NAME.test(category) || !NAME.test(event)) return null;
  try {
    return readFileSync(`${tracefs()}/events/${category}/${event}/${file}`, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw error;
  }
}
