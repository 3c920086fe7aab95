import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { keyId } from './key-id.ts';
import type { Cells, MapState } from './map-state.ts';
import { renderMapJson } from './render-json.ts';
import { renderMap } from './render-text.ts';
import type { MapSchema } from './schema.ts';
import type { TseriesShape } from './tseries.ts';

const schema = (tseries: TseriesShape, key: MapSchema['key'] = []): MapSchema => ({
  id: 0,
  name: '@',
  kind: 'tseries',
  key,
  signed: true,
  tseries,
});
const of = (schema_: MapSchema, ...entries: [MapState['schema']['key'][number] | '', Cells][]): MapState => ({
  schema: schema_,
  entries: new Map(
    entries.map(([key, cells]) => {
      const parts = key === '' ? [] : [key];
      return [keyId(parts), { key: parts, cells }];
    }),
  ),
});
/** The ring of some intervals, each with its number and value. */
const ring = (length: number, ...intervals: [bigint, bigint][]): Cells =>
  new Map(
    intervals.flatMap(([number, value]): [number, bigint][] => {
      const slot = Number(number % BigInt(length)) * 3;
      return [
        [slot, number],
        [slot + 1, value],
        [slot + 2, 1n],
      ];
    }),
  );

describe('a time series', () => {
  beforeEach(() => void vi.stubEnv('TZ', 'UTC'));
  afterEach(() => void vi.unstubAllEnvs());

  const tenths: TseriesShape = { interval: 100_000_000n, buckets: 4, aggregate: 'none' };

  it('has a line an interval, a point at each value and a dot at zero', () => {
    const state = of(schema(tenths), ['', ring(4, [10n, -2n], [11n, 0n], [13n, 4n])]);
    expect(renderMap(state)).toBe(`@:
             -2                                                  4
hh:mm:ss.ms  |___________________________________________________|
00:00:01.000 *                .                                  | -2
00:00:01.100 |                *                                  | 0
00:00:01.200 |                .                                  | -
00:00:01.300 |                .                                  * 4
             v___________________________________________________v
             -2                                                  4

`);
  });

  it('ends where the newest of its map ends, and leaves out what is too old', () => {
    const state = of(
      schema({ interval: 1_000_000_000n, buckets: 3, aggregate: 'sum' }, ['string']),
      ['string', ring(3, [5n, 7n], [6n, 9n], [4n, 8n])],
      ['int', ring(3, [4n, 1n])],
      ['uint', ring(3, [1n, 1n])],
    );
    expect(
      renderMap(state)
        .split('\n')
        .filter((line) => /^@|^\d|^</.test(line)),
    ).toEqual([
      '@[int]:',
      '00:00:04 |                         *                         | 1',
      '00:00:05 |                                                   | -',
      '00:00:06 |                                                   | -',
      '@[string]:',
      '00:00:04 |                         *                         | 8',
      '00:00:05 *                                                   | 7',
      '00:00:06 |                                                   * 9',
      '@[uint]:',
      '<no data>',
    ]);
  });

  it('is a list of the intervals with a value in JSON', () => {
    const state = of(schema(tenths), ['', ring(4, [10n, -2n], [12n, 1n << 60n])]);
    expect(renderMapJson(state)).toBe(
      '{"type": "tseries", "data": {"@": [{"interval_start":"1970-01-01 00:00:01.000000000","value":-2},' +
        '{"interval_start":"1970-01-01 00:00:01.200000000","value":1152921504606846976}]}}\n',
    );
  });
});
