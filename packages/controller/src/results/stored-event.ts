import { type JsonScalar, jsonInteger, type Scalar } from '@bpfleet/aggregate';

/** PostgreSQL's text and jsonb hold every character but U+0000. */
export function storedText(text: string): string {
  return text.replaceAll('\u0000', '\ufffd');
}

/** Printed arguments as the result document shows them. */
export function storedValues(values: readonly Scalar[]): JsonScalar[] {
  return values.map(storedValue);
}

function storedValue(value: Scalar): JsonScalar {
  if (typeof value === 'bigint') {
    return jsonInteger(value);
  }
  return typeof value === 'string'
    ? storedText(value)
    : value.map(({ symbol, module, offset }) => ({ symbol: storedText(symbol), module: storedText(module), offset }));
}
