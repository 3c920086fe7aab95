import type { MapSchema } from '@bpfleet/aggregate';
import { decodeSchemas, encodeSchema, type MapSchema as MapSchemaMessage, MapSchemaSchema } from '@bpfleet/contracts';
import { fromJson, type JsonValue, toJson } from '@bufbuild/protobuf';

/** Schemas as they are stored: protobuf's JSON. Throws ContractError where a node sent what no map can be. */
export function storeSchemas(messages: readonly MapSchemaMessage[]): object[] {
  return decodeSchemas(messages).map((schema) => toJson(MapSchemaSchema, encodeSchema(schema)) as object);
}

/** The nodes of a fleet have few programs between them: equal ones have the same array here, as long as so many others do not come. */
const maxLoaded = 1_000;
const loaded = new Map<string, readonly MapSchema[]>();

export function loadSchemas(stored: readonly object[]): readonly MapSchema[] {
  const text = JSON.stringify(stored);
  const known = loaded.get(text);
  if (known !== undefined) {
    return known;
  }
  const schemas = decodeSchemas(stored.map((json) => fromJson(MapSchemaSchema, json as JsonValue)));
  if (loaded.size >= maxLoaded) {
    loaded.delete(loaded.keys().next().value ?? '');
  }
  loaded.set(text, schemas);
  return schemas;
}
