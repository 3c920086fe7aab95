import { type JsonInteger, jsonInteger, type Scalar } from '@bpfleet/aggregate';

/** PostgreSQL's text and jsonb hold every character but U+0000. */
export function storedText(text: string): string {
  return text.replaceAll('\u0000', '\ufffd');
}

/** Printed arguments as the result document shows them. */
export function storedValues(values: readonly Scalar[]): (JsonInteger | string)[] {
  return values.map((value) => (typeof value === 'bigint' ? jsonInteger(value) : storedText(value)));
}
