import { type KeyType, type MapDelta, type MapKind, type MapSchema, type Scalar, slotCount } from '@bpfleet/aggregate';
import * as fc from 'fast-check';

const keyTypes = fc.array(
  fc.constantFrom<KeyType>('int', 'uint', 'string', 'stack', 'bool', 'tuple', 'record', 'array'),
  { maxLength: 3 },
);
const kinds: MapKind[] = ['count', 'sum', 'min', 'max', 'avg', 'stats', 'hist', 'lhist', 'value'];
export const schemas: fc.Arbitrary<MapSchema> = fc
  .tuple(
    fc.nat(1000),
    fc.constantFrom('@', '@x', '@read_us'),
    fc.constantFrom(...kinds),
    keyTypes,
    fc.boolean(),
    fc.nat(5),
  )
  .map(([id, name, kind, key, signed, bits]) => ({
    id,
    name,
    kind,
    key,
    signed,
    ...(kind === 'hist' ? { histBits: bits } : {}),
    ...(kind === 'lhist' ? { lhist: { min: -5n, max: 100n, step: 3n } } : {}),
  }));

export const int64 = fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n });
export const uint64 = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n });
export const text = fc.string({ unit: 'grapheme', maxLength: 8 });
const frame = { symbol: text, module: text, offset: fc.maxSafeNat() };
const stack = fc.array(fc.oneof(fc.record(frame), fc.record({ ...frame, buildId: fc.constantFrom('a226e0', '00') })), {
  maxLength: 4,
});
const part: fc.Arbitrary<Scalar> = fc.oneof(text, int64, fc.boolean());
const parts = fc.array(part, { maxLength: 3 });
const arbitraries: Record<KeyType, fc.Arbitrary<Scalar>> = {
  ...{ string: text, int: int64, uint: uint64, stack, bool: fc.boolean() },
  tuple: parts.map((list) => ({ kind: 'tuple', parts: list })),
  array: parts.map((list) => ({ kind: 'array', parts: list })),
  record: fc
    .array(fc.tuple(text, part), { minLength: 1, maxLength: 3 })
    .map((list) => ({ kind: 'record', parts: list.map(([, value]) => value), names: list.map(([name]) => name) })),
};
const scalarOf = (type: KeyType): fc.Arbitrary<Scalar> => arbitraries[type];

export const deltas = schemas.chain((schema) => {
  const slots = slotCount(schema);
  const cells =
    slots === 0
      ? fc.constant(new Map<number, bigint>())
      : fc
          .uniqueArray(fc.tuple(fc.nat(slots - 1), int64), { selector: ([slot]) => slot })
          .map((pairs) => new Map(pairs));
  const entry = fc
    .tuple(fc.tuple(...schema.key.map(scalarOf)), cells, fc.oneof(int64, text))
    .map(([key, values, value]) => ({ key, cells: values, ...(schema.kind === 'value' ? { value } : {}) }));
  return fc
    .array(entry, { maxLength: 4 })
    .map((entries): { schema: MapSchema; delta: MapDelta } => ({ schema, delta: { map: schema.id, entries } }));
});
