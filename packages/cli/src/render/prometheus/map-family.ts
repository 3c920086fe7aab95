import { integerOfJson } from '@bpfleet/aggregate';
import type { ResultEntry, ResultMap } from '@bpfleet/client';
import { printable } from '../printable.ts';
import { keyTexts, scalarText } from '../scalar-text.ts';
import { type Labels, metricName } from './label-set.ts';
import type { Metric, MetricFamily, MetricSample, MetricType } from './metric-family.ts';

/** `by` of the request, which tells what the groups are: `node`, `window`, `label:KEY`. */
export type GroupedBy = string | undefined;

/**
 * The last values of a map. Counts are counters; sums are gauges, for what is added may be negative; averages are
 * summaries without quantiles; of a time series the newest value is shown; a text is the label `value` of a 1.
 */
export function mapFamily(map: ResultMap, by: GroupedBy): MetricFamily {
  const type = metricType(map.kind);
  const stem = `bpfleet_${metricName(map.name.replace(/^@/, '')) || 'map'}`;
  return {
    name: type === 'counter' ? `${stem}_total` : stem,
    type,
    help: `${printable(map.name)}, ${map.kind} of a bpfleet session.`,
    metrics: map.entries.flatMap((entry) => metricOf(map, entry, by)),
  };
}

/** The names that the samples of a family take, of which no two families may have one. */
export function sampleNames({ name, type }: Pick<MetricFamily, 'name' | 'type'>): string[] {
  switch (type) {
    case 'counter':
    case 'gauge':
      return [name];
    case 'histogram':
      return [name, `${name}_bucket`, `${name}_count`, `${name}_sum`];
    case 'summary':
      return [name, `${name}_count`, `${name}_sum`];
  }
}

function metricType(kind: ResultMap['kind']): MetricType {
  switch (kind) {
    case 'count':
      return 'counter';
    case 'avg':
    case 'stats':
      return 'summary';
    case 'hist':
    case 'lhist':
      return 'histogram';
    case 'sum':
    case 'min':
    case 'max':
    case 'value':
    case 'tseries':
      return 'gauge';
  }
}

function metricOf(map: ResultMap, entry: ResultEntry, by: GroupedBy): Metric[] {
  const samples = samplesOf(map.kind, entry);
  return samples.length === 0 ? [] : [{ labels: labelsOf(map, entry, by), samples }];
}

/** Key parts are `key`, or `key1`, `key2`; a group `node`, `window` or, of a label of nodes, `label_KEY`. */
function labelsOf(map: ResultMap, entry: ResultEntry, by: GroupedBy): Labels {
  const group = by?.startsWith('label:') ? `label_${metricName(by.slice('label:'.length))}` : by;
  const name = (index: number) => (entry.key.length === 1 ? 'key' : `key${index + 1}`);
  return [
    ...(entry.group === undefined ? [] : [[group ?? 'group', entry.group] as const]),
    ...keyTexts(map.key, entry.key).map((text, index) => [name(index), text] as const),
  ];
}

function samplesOf(kind: ResultMap['kind'], entry: ResultEntry): MetricSample[] {
  switch (kind) {
    case 'count':
    case 'sum':
    case 'min':
    case 'max':
      return [sample('', entry.value as number | string)];
    case 'value':
      return [valueSample(entry.value ?? '')];
    case 'avg':
    case 'stats':
      return [sample('_sum', entry.total ?? 0), sample('_count', entry.count ?? 0)];
    case 'tseries': {
      const newest = entry.series?.at(-1);
      return newest === undefined ? [] : [sample('', newest.value)];
    }
    case 'hist':
    case 'lhist':
      return histogram(entry.buckets ?? []);
  }
}

/**
 * Cumulative buckets; `le` is inclusive, as our bounds are. Where empty buckets are left out the one before a full one
 * ends just below it, or readers would spread its values over the gap. `_sum` is left out, for nothing knows it.
 */
function histogram(buckets: NonNullable<ResultEntry['buckets']>): MetricSample[] {
  const samples: MetricSample[] = [];
  let below: bigint | null = null;
  let count = 0n;
  const bucket = (le: string) => samples.push(sample('_bucket', String(count), [['le', le]]));
  for (const { min, max, count: here } of buckets) {
    const before = min === null ? null : BigInt(min) - 1n;
    if (before !== null && before !== below) bucket(String(before));
    count += BigInt(here);
    below = max === null ? null : BigInt(max);
    if (below !== null) bucket(String(below));
  }
  bucket('+Inf');
  return [...samples, sample('_count', String(count))];
}

function sample(suffix: string, value: number | string, labels: Labels = []): MetricSample {
  return { suffix, labels, value: String(value) };
}

function valueSample(value: NonNullable<ResultEntry['value']>): MetricSample {
  const integer = integerOfJson(value);
  return integer === null ? sample('', 1, [['value', scalarText(value)]]) : sample('', String(integer));
}
