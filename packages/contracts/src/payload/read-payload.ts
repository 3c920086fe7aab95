import type { MapDelta, MapSchema } from '@bpfleet/aggregate';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { ContractError, ContractLimits } from '../contract-error.ts';
import {
  type FramePayload,
  FramePayloadSchema,
  type LossCounts,
  type OutputEvent,
} from '../gen/bpfleet/trace/v1/result_pb.ts';
import { decodeMapDelta, encodeMapDelta } from '../map-delta.ts';
import { PayloadScan } from './payload-scan.ts';
import { NotCanonical } from './wire-reader.ts';

/** A FramePayload whose map entries were checked, and left as bytes. */
export interface ReadPayload {
  /** The maps as `PayloadScan` takes them: the first bytes of the payload itself, where it came in that form. */
  readonly maps: Uint8Array;
  /** Map entries. */
  readonly entries: number;
  readonly events: readonly OutputEvent[];
  readonly lost: LossCounts | undefined;
}

/** Reads payloads of programs with the same maps. */
export class PayloadReader {
  readonly #schemas: readonly MapSchema[];
  readonly #scan: PayloadScan;

  constructor(schemas: readonly MapSchema[]) {
    this.#schemas = schemas;
    this.#scan = new PayloadScan(schemas);
  }

  /** Throws ContractError where it is no payload, or does not fit the maps. */
  read(payload: Uint8Array): ReadPayload {
    const scan = this.#scan;
    let entries = 0;
    try {
      scan.open(payload);
      while (scan.next()) entries++;
    } catch (error) {
      if (error instanceof NotCanonical) return this.#readAnyForm(payload);
      throw error;
    }
    if (scan.end === payload.length) return { maps: payload, entries, events: [], lost: undefined };
    const rest = parsePayload(payload.subarray(scan.end));
    if (rest.maps.length > 0) return this.#readAnyForm(payload);
    return { maps: payload.subarray(0, scan.end), entries, events: rest.events, lost: rest.lost };
  }

  #readAnyForm(payload: Uint8Array): ReadPayload {
    const { maps, events, lost } = parsePayload(payload);
    const deltas = maps.map((delta) => {
      const schema = this.#schemas.find(({ id }) => id === delta.map);
      if (schema === undefined) throw new ContractError('frame.maps', `${delta.map} is no map of the program`);
      return decodeMapDelta(delta, schema);
    });
    return { maps: writeMaps(deltas), entries: countEntries(deltas), events, lost };
  }
}

/** Reads a payload of which the maps are not known yet. Throws ContractError. */
export function readUnknownMaps(payload: Uint8Array): ReadPayload {
  const { maps, events, lost } = parsePayload(payload);
  const deltas = maps.map((delta) => decodeMapDelta(delta));
  return { maps: writeMaps(deltas), entries: countEntries(deltas), events, lost };
}

/** Deltas in canonical form: a FramePayload that has nothing else. */
export function writeMaps(deltas: readonly MapDelta[]): Uint8Array {
  return toBinary(FramePayloadSchema, create(FramePayloadSchema, { maps: deltas.map(encodeMapDelta) }));
}

function countEntries(deltas: readonly MapDelta[]): number {
  return deltas.reduce((sum, { entries }) => sum + entries.length, 0);
}

function parsePayload(bytes: Uint8Array): FramePayload {
  let payload: FramePayload;
  try {
    payload = fromBinary(FramePayloadSchema, bytes, { readUnknownFields: false });
  } catch {
    throw new ContractError('frame.payload', 'cannot be decoded');
  }
  if (payload.events.length > ContractLimits.eventsPerFrame) {
    throw new ContractError('frame.events', `are more than ${ContractLimits.eventsPerFrame}`);
  }
  return payload;
}
