import type { MapSchema } from '@bpfleet/aggregate';
import { decodeSchemas, encodeSchema, type MapSchema as MapSchemaMessage, MapSchemaSchema } from '@bpfleet/contracts';
import { fromJson, type JsonValue, toJson } from '@bufbuild/protobuf';

/** Schemas as they are stored: protobuf's JSON. Throws ContractError where a node sent what no map can be. */
export function storeSchemas(messages: readonly MapSchemaMessage[]): object[] {
  return decodeSchemas(messages).map((schema) => toJson(MapSchemaSchema, encodeSchema(schema)) as object);
}

export function loadSchemas(stored: readonly object[]): MapSchema[] {
  return decodeSchemas(stored.map((json) => fromJson(MapSchemaSchema, json as JsonValue)));
}
