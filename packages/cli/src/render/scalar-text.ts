import { frameText } from '@bpfleet/aggregate';
import type { ResultEntry } from '@bpfleet/client';

/** One part of a key, or a value, on one line; of a stack who was called by whom, the innermost first. */
export function scalarText(value: ResultEntry['key'][number]): string {
  return typeof value === 'object' ? value.map(frameText).join(' < ') : String(value);
}
