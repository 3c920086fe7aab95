import { readdirSync, readFileSync } from 'node:fs';
import { KernelError } from '../kernel-error.ts';
import { tracefs } from './tracefs.ts';

/** Names within tracefs: nothing that could leave its folder. */
const NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/;

/** The categories of this kernel's tracepoints, sorted. */
export function tracepointCategories(): string[] {
  return folders(`${tracefs()}/events`);
}

/** The tracepoints of a category, sorted; none where there is no such category. */
export function tracepointsOf(category: string): string[] {
  if (!NAME.test(category)) return [];
  try {
    return folders(`${tracefs()}/events/${category}`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
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

function folders(path: string): string[] {
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}
