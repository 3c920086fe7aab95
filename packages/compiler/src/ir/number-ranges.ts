/** Numbers from `first` to `last` that lead to the same branch. */
export interface Range {
  readonly first: number;
  readonly last: number;
  /** Index of the branch. */
  readonly branch: number;
}

/** The ranges that the numbers of each branch make, in ascending order. No number is in two branches. */
export function numberRanges(branches: readonly (readonly number[])[]): Range[] {
  const pairs = branches.flatMap((numbers, branch) => numbers.map((number) => ({ number, branch })));
  pairs.sort((a, b) => a.number - b.number);
  const ranges: Range[] = [];
  for (const { number, branch } of pairs) {
    const last = ranges.at(-1);
    if (last !== undefined && last.last === number - 1 && last.branch === branch) {
      ranges[ranges.length - 1] = { ...last, last: number };
    } else {
      ranges.push({ first: number, last: number, branch });
    }
  }
  return ranges;
}

/** Branches in their order, in stages: within one no number comes twice, and what runs for a number keeps its order. */
export function stagesOf<T extends { readonly calls: ReadonlyMap<number, unknown> }>(branches: readonly T[]): T[][] {
  const stages: T[][] = [];
  const taken: Set<number>[] = [];
  for (const branch of branches) {
    const numbers = [...branch.calls.keys()];
    let stage = taken.length;
    while (stage > 0 && !numbers.some((number) => taken[stage - 1]?.has(number))) stage--;
    const seen = taken[stage] ?? new Set();
    for (const number of numbers) seen.add(number);
    taken[stage] = seen;
    stages[stage] = [...(stages[stage] ?? []), branch];
  }
  return stages;
}
