import { type DescField, type DescMessage, ScalarType } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { hostileText } from './hostile-text.ts';
import { validTexts } from './valid-text.ts';

const maxDepth = 4;
const int32 = fc.oneof(fc.integer({ min: 0, max: 5 }), fc.constantFrom(2 ** 31 - 1, -(2 ** 31), -1));
const uint32 = fc.oneof(fc.integer({ min: 0, max: 5 }), fc.constantFrom(2 ** 32 - 1, 1_000));
const int64 = fc.oneof(fc.bigInt(0n, 100_000n), fc.constantFrom(2n ** 63n - 1n, -(2n ** 63n), -1n, 253_402_300_800n));
const uint64 = fc.oneof(fc.bigInt(0n, 100_000n), fc.constantFrom(2n ** 64n - 1n, 2n ** 53n));

/** Messages of any content, as `create` of protobuf-es takes them. Their texts are half of the time ones that fit the field's name. */
export function anyMessage(desc: DescMessage, depth = 0): fc.Arbitrary<object> {
  const plain = desc.fields.filter(({ oneof }) => oneof === undefined || oneof.fields.length === 1);
  const members = plain.map((field) => optional(field.localName, anyField(field, depth), depth));
  const oneofs = desc.oneofs
    .filter(({ fields }) => fields.length > 1)
    .map((oneof) => {
      const cases = oneof.fields.map((field) =>
        anyField(field, depth).map((value) => ({ case: field.localName, value })),
      );
      return optional(oneof.localName, fc.oneof(...cases), depth);
    });
  return fc.tuple(...members, ...oneofs).map((parts) => Object.assign({}, ...parts) as object);
}

function optional(name: string, value: fc.Arbitrary<unknown>, depth: number): fc.Arbitrary<object> {
  return depth >= maxDepth
    ? fc.constant({})
    : fc.option(value, { freq: 3 }).map((given) => (given === null ? {} : { [name]: given }));
}

function anyField(field: DescField, depth: number): fc.Arbitrary<unknown> {
  switch (field.fieldKind) {
    case 'scalar':
      return anyScalar(field.scalar, field.name);
    case 'enum':
      return fc.oneof(fc.constantFrom(...field.enum.values.map(({ number }) => number)), fc.constant(99));
    case 'message':
      return anyMessage(field.message, depth + 1);
    case 'list': {
      const item =
        field.listKind === 'message'
          ? anyMessage(field.message, depth + 1)
          : field.listKind === 'scalar'
            ? anyScalar(field.scalar, field.name)
            : fc.constant(0);
      return fc.array(item, { maxLength: 3 });
    }
    case 'map':
      return fc.dictionary(wellFormed(hostileText), wellFormed(hostileText), { maxKeys: 3 });
  }
}

function anyScalar(type: ScalarType, name: string): fc.Arbitrary<unknown> {
  switch (type) {
    case ScalarType.STRING:
      return wellFormed(fc.oneof(validTexts[nameInRest(name)] ?? hostileText, hostileText));
    case ScalarType.BYTES:
      return fc.uint8Array({ maxLength: 300 });
    case ScalarType.BOOL:
      return fc.boolean();
    case ScalarType.DOUBLE:
    case ScalarType.FLOAT:
      return fc.oneof(
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, -1),
      );
    case ScalarType.INT32:
    case ScalarType.SINT32:
    case ScalarType.SFIXED32:
      return int32;
    case ScalarType.UINT32:
    case ScalarType.FIXED32:
      return uint32;
    case ScalarType.INT64:
    case ScalarType.SINT64:
    case ScalarType.SFIXED64:
      return int64;
    case ScalarType.UINT64:
    case ScalarType.FIXED64:
      return uint64;
  }
}

const nameInRest = (name: string): string =>
  ({ script: 'source', page_token: 'cursor', line: 'cron', time_zone: 'timeZone' })[name] ?? name;

/** protobuf writes nothing else. */
const wellFormed = (texts: fc.Arbitrary<string>) => texts.map((text) => text.toWellFormed());
