import type { KeyType, MapKind, MapSchema } from '@bpfleet/aggregate';
import { create } from '@bufbuild/protobuf';
import { ContractError, ContractLimits, requireAtMost } from './contract-error.ts';
import {
  type MapSchema as MapSchemaMessage,
  MapSchemaSchema,
  MapKind as WireKind,
} from './gen/bpfleet/trace/v1/result_pb.ts';

const wireKinds: Record<MapKind, WireKind> = {
  count: WireKind.COUNT,
  sum: WireKind.SUM,
  min: WireKind.MIN,
  max: WireKind.MAX,
  avg: WireKind.AVG,
  stats: WireKind.STATS,
  hist: WireKind.HIST,
  lhist: WireKind.LHIST,
  tseries: WireKind.TSERIES,
  value: WireKind.VALUE,
};
const kinds = new Map(Object.entries(wireKinds).map(([kind, wire]) => [wire, kind as MapKind]));

/** bpftrace's bounds: hist(n, k) with k up to 5, lhist with up to 1000 steps. */
const HIST_BITS = 5;
const LHIST_STEPS = 1_000n;
/** What fits into one value of a map that is kept per CPU. */
const TSERIES_INTERVALS = 1_300;

export function encodeMapKind(kind: MapKind): WireKind {
  return wireKinds[kind];
}

export function decodeMapKind(wire: WireKind, path = 'kind'): MapKind {
  const kind = kinds.get(wire);
  if (kind === undefined) {
    throw new ContractError(path, `${wire} is no kind of map`);
  }
  return kind;
}

export function encodeSchema(schema: MapSchema): MapSchemaMessage {
  return create(MapSchemaSchema, {
    id: schema.id,
    name: schema.name,
    kind: wireKinds[schema.kind],
    key: [...schema.key],
    keyNames: [...(schema.keyNames ?? [])],
    signed: schema.signed,
    histBits: schema.histBits ?? 0,
    lhistMin: schema.lhist?.min ?? 0n,
    lhistMax: schema.lhist?.max ?? 0n,
    lhistStep: schema.lhist?.step ?? 0n,
    tseriesInterval: schema.tseries?.interval ?? 0n,
    tseriesBuckets: schema.tseries?.buckets ?? 0,
    tseriesAggregate: schema.tseries?.aggregate ?? '',
  });
}

/** A schema that is safe to merge and render by. Throws ContractError. */
export function decodeSchema(message: MapSchemaMessage, path = 'schema'): MapSchema {
  // A script's map, or a field of a structure in one of an object's: `@stats.bytes`.
  if (!/^@[A-Za-z0-9_]*(\.[A-Za-z0-9_]+)*$/.test(message.name)) {
    throw new ContractError(`${path}.name`, 'is no name of a map');
  }
  requireAtMost(`${path}.name`, message.name.length, ContractLimits.nameLength);
  requireAtMost(`${path}.key`, message.key.length, ContractLimits.keyParts);
  const kind = decodeMapKind(message.kind, `${path}.kind`);
  return {
    id: message.id,
    name: message.name,
    kind,
    key: message.key.map((type) => keyType(type, `${path}.key`)),
    ...keyNames(message, path),
    signed: message.signed,
    ...(kind === 'hist' ? { histBits: histBits(message.histBits, path) } : {}),
    ...(kind === 'lhist' ? { lhist: lhistRange(message, path) } : {}),
    ...(kind === 'tseries' ? { tseries: tseriesShape(message, path) } : {}),
  };
}

/** All schemas of a program; no two have the same id. Throws ContractError. */
export function decodeSchemas(messages: readonly MapSchemaMessage[], path = 'maps'): MapSchema[] {
  requireAtMost(path, messages.length, ContractLimits.mapsPerProgram);
  const schemas = messages.map((message, index) => decodeSchema(message, `${path}[${index}]`));
  if (new Set(schemas.map(({ id }) => id)).size !== schemas.length) {
    throw new ContractError(path, 'names the same id twice');
  }
  return schemas;
}

const keyTypes: readonly KeyType[] = ['int', 'uint', 'string', 'stack', 'bool', 'tuple', 'record', 'array'];

function keyType(type: string, path: string): KeyType {
  const known = keyTypes.find((one) => one === type);
  if (known === undefined) throw new ContractError(path, 'has a part of an unknown type');
  return known;
}

function keyNames({ key, keyNames: names }: MapSchemaMessage, path: string): Pick<MapSchema, 'keyNames'> {
  if (names.length === 0) return {};
  if (names.length !== key.length) throw new ContractError(`${path}.key_names`, 'is not as long as the key');
  for (const name of names) {
    requireAtMost(`${path}.key_names`, name.length, ContractLimits.nameLength);
    if (!/^[A-Za-z0-9_.]*$/.test(name)) throw new ContractError(`${path}.key_names`, 'has what is no name');
  }
  return { keyNames: [...names] };
}

function histBits(bits: number, path: string): number {
  if (bits > HIST_BITS) {
    throw new ContractError(`${path}.hist_bits`, `is more than ${HIST_BITS}`);
  }
  return bits;
}

function lhistRange(message: MapSchemaMessage, path: string): NonNullable<MapSchema['lhist']> {
  const { lhistMin: min, lhistMax: max, lhistStep: step } = message;
  if (step <= 0n || max <= min || (max - min) / step > LHIST_STEPS) {
    throw new ContractError(`${path}.lhist`, `needs min < max and up to ${LHIST_STEPS} steps`);
  }
  return { min, max, step };
}

const tseriesAggregates = ['none', 'sum', 'min', 'max', 'avg'] as const;

function tseriesShape(message: MapSchemaMessage, path: string): NonNullable<MapSchema['tseries']> {
  const { tseriesInterval: interval, tseriesBuckets: buckets } = message;
  const aggregate = tseriesAggregates.find((one) => one === message.tseriesAggregate);
  if (interval <= 0n || buckets < 1 || buckets > TSERIES_INTERVALS || aggregate === undefined) {
    throw new ContractError(
      `${path}.tseries`,
      `needs an interval, 1 to ${TSERIES_INTERVALS} of them and how they fold`,
    );
  }
  return { interval, buckets, aggregate };
}
