import type { ResultEntry } from '@bpfleet/client';

/** One part of a key, or a value, on one line; of a stack who was called by whom, the innermost first. */
export function scalarText(value: ResultEntry['key'][number]): string {
  if (typeof value !== 'object') {
    return String(value);
  }
  return value.map(({ symbol, offset }) => (offset === 0 ? symbol : `${symbol}+${offset}`)).join(' < ');
}
