import type { Span } from '../source/span.ts';
import type { Expression } from '../syntax/ast.ts';
import type { MapLayout } from '../types/map-layout.ts';
import { storageBytes } from '../types/type.ts';
import { tellFailure } from './helper-failure.ts';
import type { Lowering } from './lowering.ts';
import { clearMemory } from './memory.ts';
import { internalMaps } from './resources.ts';
import { inRegister, type Place } from './value.ts';

/** bpf_map_update_elem only where there is no entry yet. */
const BPF_NOEXIST = 1n;

/** Evaluates a key into memory, its parts one after the other, each zero after its end. */
export function lowerKey(lowering: Lowering, layout: MapLayout, key: Expression | undefined): Place {
  const place = lowering.allocate(layout.keySize);
  if (key === undefined) {
    lowering.builder.store(4, place, 0n);
    return place;
  }
  if (layout.keySize > storageBytes(layout.keyType)) clearMemory(lowering, place, layout.keySize);
  lowering.storeInto(key, { place, size: layout.keySize }, layout.keyType);
  return place;
}

export function lookUp(lowering: Lowering, layout: MapLayout, key: Place): number {
  return lowering.builder.call('map_lookup_elem', { kind: 'map', map: layout.map }, { kind: 'address', place: key });
}

/**
 * Runs `update` on the entry of a key, made of zeros where there is none. An insert that loses the race with another
 * CPU finds the other's entry; one that the map refuses is counted.
 */
export function withEntry(
  lowering: Lowering,
  { layout, key, span }: { readonly layout: MapLayout; readonly key: Place; readonly span: Span },
  update: (entry: number) => void,
): void {
  const { builder } = lowering;
  const entry = builder.copy(lookUp(lowering, layout, key));
  const [found, missing, refused, after] = [
    builder.newBlock(),
    builder.newBlock(),
    builder.newBlock(),
    builder.newBlock(),
  ];
  builder.branch('ne', entry, 0n, found, missing);
  builder.startBlock(missing);
  lowering.resources.needZeros(layout.valueSize);
  const result = builder.call(
    'map_update_elem',
    { kind: 'map', map: layout.map },
    { kind: 'address', place: key },
    { kind: 'address', place: inRegister(builder.mapValue(internalMaps.zeros, 0)) },
    { kind: 'operand', operand: BPF_NOEXIST },
  );
  builder.assign(entry, lookUp(lowering, layout, key));
  builder.branch('ne', entry, 0n, found, refused);
  builder.startBlock(refused);
  lowering.countLoss('mapFull');
  tellFailure(lowering, 'map_update_elem', span, result);
  builder.jump(after);
  builder.startBlock(found);
  update(entry);
  builder.jump(after);
  builder.startBlock(after);
}
