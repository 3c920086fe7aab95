import type { ResultDocument, ResultEntry, ResultMap } from '@bpfleet/aggregate';

/**
 * Holds the merged answer against the answer by node: for every key of every map that merges by addition, the sum over
 * the nodes must be the merged value. Returns how many numbers were compared, and those that differ.
 */
export function compareSums(merged: ResultDocument, byNode: ResultDocument): { compared: number; different: string[] } {
  const summed = byNode.maps.filter(isAdditive).flatMap(numbersOf);
  const sums = new Map<string, bigint>();
  for (const [name, value] of summed) sums.set(name, (sums.get(name) ?? 0n) + value);
  const numbers = new Map(merged.maps.filter(isAdditive).flatMap(numbersOf));
  const names = new Set([...sums.keys(), ...numbers.keys()]);
  return { compared: names.size, different: [...names].filter((name) => sums.get(name) !== numbers.get(name)) };
}

const isAdditive = ({ kind }: ResultMap): boolean => !['min', 'max', 'value'].includes(kind);

/** Every number of a map that adds up, by map, key and, of histograms, bucket. */
function numbersOf({ name, entries }: ResultMap): [string, bigint][] {
  return entries.flatMap((entry) => [
    ...partsOf(entry).map(([part, value]): [string, bigint] => [`${name}${JSON.stringify(entry.key)}${part}`, value]),
  ]);
}

function partsOf({ value, count, total, buckets = [] }: ResultEntry): [string, bigint][] {
  const scalars = { value, count, total };
  return [
    ...Object.entries(scalars).flatMap(([part, number]): [string, bigint][] =>
      number === undefined || typeof number === 'object' ? [] : [[`.${part}`, BigInt(number)]],
    ),
    ...buckets.map(({ min, max, count: each }): [string, bigint] => [`[${min}, ${max}]`, BigInt(each)]),
  ];
}
