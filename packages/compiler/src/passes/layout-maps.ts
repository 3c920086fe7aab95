import type { MapSchema } from '@bpfleet/aggregate';
import { MapType, type TypeSource } from '@bpfleet/bpf';
import { findAggregate } from '../builtins/index.ts';
import type { CompileConfig } from '../env.ts';
import type { FieldLayout, ValueLayout } from '../output-layout.ts';
import { fieldLayout, keyParts, keyType, layoutFields } from '../types/field-layout.ts';
import type { MapLayout } from '../types/map-layout.ts';
import { isSigned, type Type, voidType } from '../types/type.ts';
import type { MapSymbol } from './model.ts';

/**
 * Maps without a key are arrays of one element: a flag that it was set, then the value. Aggregates are per CPU, so
 * that their updates never contend.
 */
export function layoutMap(symbol: MapSymbol, config: CompileConfig, types: TypeSource | undefined): MapLayout {
  const valueType: Type = symbol.value ?? { kind: 'integer', size: 8, signed: true };
  const key = symbol.key ?? voidType;
  const parts = keyParts(key);
  const keyless = key.kind === 'void';
  const { fields, end } = layoutFields(parts, 0, types);
  const perCpu = valueType.kind === 'aggregate';
  const value = valueLayout(valueType, keyless, types);
  const valueSize = value.kind === 'cells' ? value.offset + value.slots * 8 : value.field.offset + value.field.size;
  const declared = symbol.declaration;
  const lru = declared?.type.includes('lru') === true;
  return {
    schema: schemaOf(symbol, valueType, fields),
    map: `AT_${symbol.name.slice(1)}`,
    perCpu,
    keyless,
    key: fields,
    value,
    keyType: key,
    valueType,
    type: keyless ? (perCpu ? MapType.PERCPU_ARRAY : MapType.ARRAY) : hashType(perCpu, lru),
    // An empty tuple as a key has no bytes, and the kernel wants some.
    keySize: keyless ? 4 : Math.max(8, end),
    valueSize,
    maxEntries: keyless ? 1 : declared === undefined ? config.maxMapKeys : Number(declared.maxEntries),
  };
}

function hashType(perCpu: boolean, lru: boolean): MapType {
  if (lru) return perCpu ? MapType.LRU_PERCPU_HASH : MapType.LRU_HASH;
  return perCpu ? MapType.PERCPU_HASH : MapType.HASH;
}

function valueLayout(type: Type, keyless: boolean, types: TypeSource | undefined): ValueLayout {
  if (type.kind !== 'aggregate') {
    const field = fieldLayout(type, keyless ? 8 : 0, types);
    return keyless ? { kind: 'scalar', field, set: 0 } : { kind: 'scalar', field };
  }
  const definition = findAggregate(type.aggregate);
  const flagged = keyless || definition.flagged;
  const cells = { kind: 'cells', offset: flagged ? 8 : 0, slots: definition.slots(type) } as const;
  return flagged ? { ...cells, set: 0 } : cells;
}

function schemaOf(symbol: MapSymbol, type: Type, key: readonly FieldLayout[]): MapSchema {
  const base = { id: symbol.id, name: symbol.name, key: key.map(keyType) };
  if (type.kind !== 'aggregate') return { ...base, kind: 'value', signed: isSigned(type) };
  return {
    ...base,
    kind: type.aggregate,
    signed: type.signed,
    ...(type.histBits === undefined ? {} : { histBits: type.histBits }),
    ...(type.lhist === undefined ? {} : { lhist: type.lhist }),
    ...(type.tseries === undefined ? {} : { tseries: type.tseries }),
  };
}
