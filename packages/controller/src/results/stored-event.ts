import { isNamed, isStack, type JsonScalar, jsonInteger, type Scalar } from '@bpfleet/aggregate';

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
  if (typeof value === 'string') {
    return storedText(value);
  }
  if (typeof value === 'boolean') {
    return value;
  }
  if (isNamed(value)) {
    return storedText(value.text);
  }
  if (isStack(value)) {
    return value.map(({ symbol, module, offset, text, buildId }) => ({
      ...{ symbol: storedText(symbol), module: storedText(module), offset },
      ...(text === undefined ? {} : { text: storedText(text) }),
      ...(buildId === undefined ? {} : { buildId: storedText(buildId) }),
    }));
  }
  const parts = value.parts.map(storedValue);
  const { names } = value;
  return names === undefined
    ? parts
    : Object.fromEntries(parts.map((part, index) => [storedText(names[index] ?? `${index}`), part]));
}
