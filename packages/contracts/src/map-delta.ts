import { type EntryDelta, isAdditive, type MapDelta, type MapSchema, slotCount } from '@bpfleet/aggregate';
import { create, fromBinary } from '@bufbuild/protobuf';
import { ContractError, ContractLimits, requireAtMost } from './contract-error.ts';
import {
  type EntryDelta as EntryDeltaMessage,
  EntryDeltaSchema,
  type MapDelta as MapDeltaMessage,
  MapDeltaSchema,
} from './gen/bpfleet/trace/v1/result_pb.ts';
import { decodeScalar, encodeScalar } from './scalar.ts';

export function encodeMapDelta(delta: MapDelta): MapDeltaMessage {
  return create(MapDeltaSchema, { map: delta.map, entries: delta.entries.map(encodeEntry) });
}

/**
 * A delta that can be applied. With the schema of its map, also every key, slot and deletion is checked against it;
 * without, only what any schema asks. Throws ContractError.
 */
export function decodeMapDelta(message: MapDeltaMessage, schema?: MapSchema): MapDelta {
  if (schema !== undefined && schema.id !== message.map) {
    throw new ContractError('delta.map', `${message.map} is not the map ${schema.id}`);
  }
  requireAtMost('delta.entries', message.entries.length, ContractLimits.entriesPerDelta);
  return { map: message.map, entries: message.entries.map((entry) => decodeEntry(entry, schema)) };
}

/** The parts of a key from its fields in an EntryDelta. Throws ContractError. */
export function decodeKey(bytes: Uint8Array, schema: MapSchema): EntryDelta['key'] {
  return keyOf(fromBinary(EntryDeltaSchema, bytes), schema);
}

export function encodeEntry(entry: EntryDelta): EntryDeltaMessage {
  const cells = [...entry.cells].sort(([a], [b]) => a - b);
  return create(EntryDeltaSchema, {
    key: entry.key.map(encodeScalar),
    slot: cells.map(([slot]) => slot),
    cell: cells.map(([, cell]) => BigInt.asIntN(64, cell)),
    ...(entry.value === undefined ? {} : { value: encodeScalar(entry.value) }),
    deleted: entry.deleted ?? false,
  });
}

function decodeEntry(message: EntryDeltaMessage, schema: MapSchema | undefined): EntryDelta {
  const { slot, cell } = message;
  requireAtMost('entry.slot', slot.length, ContractLimits.slotsPerEntry);
  if (slot.length !== cell.length) {
    throw new ContractError('entry.cell', `has ${cell.length} cells for ${slot.length} slots`);
  }
  const cells = new Map(slot.map((index, position) => [index, cell[position] as bigint]));
  if (cells.size !== slot.length) {
    throw new ContractError('entry.slot', 'names the same slot twice');
  }
  if (schema !== undefined) {
    checkEntry(message, schema);
  }
  return {
    key: keyOf(message, schema),
    cells,
    ...(message.value === undefined ? {} : { value: decodeScalar(message.value, 'entry.value') }),
    ...(message.deleted ? { deleted: true } : {}),
  };
}

function keyOf(message: EntryDeltaMessage, schema: MapSchema | undefined): EntryDelta['key'] {
  requireAtMost('entry.key', message.key.length, ContractLimits.keyParts);
  if (schema !== undefined && message.key.length !== schema.key.length) {
    throw new ContractError('entry.key', `has ${message.key.length} parts, ${schema.name} has ${schema.key.length}`);
  }
  return message.key.map((part, index) => decodeScalar(part, `entry.key[${index}]`, schema?.key[index]));
}

function checkEntry(message: EntryDeltaMessage, schema: MapSchema): void {
  const slots = slotCount(schema);
  if (message.slot.some((slot) => slot >= slots)) {
    throw new ContractError('entry.slot', `${schema.name} has ${slots} slots`);
  }
  if (message.deleted && isAdditive(schema.kind)) {
    throw new ContractError('entry.deleted', `a deletion in ${schema.name} is a negative difference`);
  }
  if ((message.value !== undefined) !== (schema.kind === 'value' && !message.deleted)) {
    throw new ContractError('entry.value', `does not fit ${schema.name} of kind ${schema.kind}`);
  }
}
