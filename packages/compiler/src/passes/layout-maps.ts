import type { MapSchema } from '@bpfleet/aggregate';
import { MapType } from '@bpfleet/bpf';
import { findAggregate } from '../builtins/index.ts';
import type { CompileConfig } from '../env.ts';
import type { FieldLayout, ValueLayout } from '../output-layout.ts';
import { fieldLayout, layoutFields } from '../types/field-layout.ts';
import type { MapLayout } from '../types/map-layout.ts';
import { isSigned, type Type } from '../types/type.ts';
import type { MapSymbol } from './model.ts';

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
