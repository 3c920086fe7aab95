import type { KeyType, MapSchema } from '@bpfleet/aggregate';
import { MapType } from '@bpfleet/bpf';
import { findAggregate } from '../builtins/index.ts';
import type { CompileConfig } from '../env.ts';
import type { FieldLayout, MapOutput, ValueLayout } from '../output-layout.ts';
import type { MapSymbol } from '../passes/model.ts';
import { isSigned, type Type } from './type.ts';

/** A map of the script as it lies in the kernel. Sizes in bytes. */
export interface MapLayout extends MapOutput {
  readonly type: MapType;
  readonly keySize: number;
  readonly valueSize: number;
  readonly maxEntries: number;
  readonly valueType: Type;
}

/** The fixed memory of a value: integers and addresses 8 bytes, strings their size. */
export function fieldLayout(type: Type, offset: number): FieldLayout {
  if (type.kind === 'string') return { type: 'string', offset, size: type.size };
  return { type: keyType(type), offset, size: 8 };
}

/** Fields one after the other from `start`. */
export function layoutFields(types: readonly Type[], start: number): { fields: FieldLayout[]; end: number } {
  const fields: FieldLayout[] = [];
  let end = start;
  for (const type of types) {
    const field = fieldLayout(type, end);
    fields.push(field);
    end += field.size;
  }
  return { fields, end };
}

function keyType(type: Type): KeyType {
  return isSigned(type) ? 'int' : 'uint';
}

/**
 * Maps without a key are arrays of one element: a flag that it was set, then the value. Aggregates are per CPU, so
 * that their updates never contend.
 */
export function layoutMap(symbol: MapSymbol, config: CompileConfig): MapLayout {
  const valueType = symbol.value ?? { kind: 'integer', size: 8, signed: true };
  const keyless = (symbol.key ?? []).length === 0;
  const { fields: key, end } = layoutFields(symbol.key ?? [], 0);
  const perCpu = valueType.kind === 'aggregate';
  const value = valueLayout(valueType, keyless);
  const valueSize = value.kind === 'cells' ? value.offset + value.slots * 8 : value.field.offset + value.field.size;
  return {
    schema: schemaOf(symbol, valueType, key),
    map: `AT_${symbol.name.slice(1)}`,
    perCpu,
    keyless,
    key,
    value,
    valueType,
    type: keyless ? (perCpu ? MapType.PERCPU_ARRAY : MapType.ARRAY) : perCpu ? MapType.PERCPU_HASH : MapType.HASH,
    keySize: keyless ? 4 : end,
    valueSize,
    maxEntries: keyless ? 1 : config.maxMapKeys,
  };
}

function valueLayout(type: Type, keyless: boolean): ValueLayout {
  if (type.kind !== 'aggregate') {
    const field = fieldLayout(type, keyless ? 8 : 0);
    return keyless ? { kind: 'scalar', field, set: 0 } : { kind: 'scalar', field };
  }
  const definition = findAggregate(type.aggregate);
  const flagged = keyless || definition.flagged;
  const cells = { kind: 'cells', offset: flagged ? 8 : 0, slots: definition.slots(type) } as const;
  return flagged ? { ...cells, set: 0 } : cells;
}

function schemaOf(symbol: MapSymbol, type: Type, key: readonly FieldLayout[]): MapSchema {
  const base = { id: symbol.id, name: symbol.name, key: key.map((field) => field.type) };
  if (type.kind !== 'aggregate') return { ...base, kind: 'value', signed: isSigned(type) };
  return {
    ...base,
    kind: type.aggregate,
    signed: type.signed,
    ...(type.histBits === undefined ? {} : { histBits: type.histBits }),
    ...(type.lhist === undefined ? {} : { lhist: type.lhist }),
  };
}
