import { MapType } from '@bpfleet/bpf';
import { describe, expect, test } from 'vitest';
import { lookupSize, mapMemory, ringSize, valueStride } from './map-layout.ts';

const spec = (type: MapType, valueSize: number, maxEntries = 1) => ({
  name: 'm',
  type,
  keySize: 4,
  valueSize,
  maxEntries,
  flags: 0,
});

describe('sizes of values', () => {
  test.each([
    ['hash', MapType.HASH, 12, 12, 12],
    ['per-CPU hash', MapType.PERCPU_HASH, 12, 16, 64],
    ['per-CPU array', MapType.PERCPU_ARRAY, 8, 8, 32],
    ['LRU per-CPU hash', MapType.LRU_PERCPU_HASH, 1, 8, 32],
  ])('%s of %i, %i bytes: every %i, in all %i on 4 CPUs', (_name, type, valueSize, stride, size) => {
    expect([valueStride(spec(type, valueSize)), lookupSize(spec(type, valueSize), 4)]).toEqual([stride, size]);
  });
});

describe('ringSize', () => {
  test.each([
    [1, 4096, 4096],
    [4096, 4096, 4096],
    [4097, 4096, 8192],
    [262_144, 65_536, 262_144],
    [4096, 65_536, 65_536],
  ])('%i bytes on pages of %i', (wanted, page, size) => {
    expect(ringSize(wanted, page)).toBe(size);
  });
});

test.each([
  ['an array is its values', spec(MapType.ARRAY, 12, 10), 160],
  ['a per-CPU array has them for every CPU', spec(MapType.PERCPU_ARRAY, 8, 10), 320],
  ['a hash has keys and more', spec(MapType.HASH, 8, 10), 800],
  ['a per-CPU hash', spec(MapType.PERCPU_HASH, 8, 10), 1040],
  ['a ring and its pages', spec(MapType.RINGBUF, 0, 8192), 8192 + 3 * 4096],
])('memory: %s', (_name, map, bytes) => {
  expect(mapMemory(map, 4, 4096)).toBe(bytes);
});
