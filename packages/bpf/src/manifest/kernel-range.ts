export interface KernelTerm {
  readonly operator: '>=' | '<=' | '>' | '<' | '=';
  readonly version: readonly number[];
}

/** Terms that must all hold, `>=5.8, <6.12`; null where it is none. */
export function readKernelRange(range: string): readonly KernelTerm[] | null {
  const terms: KernelTerm[] = [];
  for (const part of range.split(',')) {
    const [, operator, version] = /^\s*(>=|<=|>|<|=)?\s*(\d{1,4}(?:\.\d{1,4}){0,2})\s*$/.exec(part) ?? [];
    if (version === undefined) return null;
    terms.push({ operator: (operator ?? '>=') as KernelTerm['operator'], version: version.split('.').map(Number) });
  }
  return terms;
}

/** Whether a kernel, by what `uname -r` prints, is in a range. Parts that a term leaves out may be anything: `=6.1` is all of 6.1. */
export function isInKernelRange(release: string, range: string): boolean {
  const terms = readKernelRange(range);
  const version = /^(\d+)\.(\d+)(?:\.(\d+))?/
    .exec(release)
    ?.slice(1)
    .map((part) => Number(part ?? 0));
  if (terms === null || version === undefined) return false;
  return terms.every(({ operator, version: bound }) => {
    const order = compare(version.slice(0, bound.length), bound);
    return order === 0 ? operator.includes('=') : operator.startsWith(order > 0 ? '>' : '<');
  });
}

/** A range for people, `since Linux 5.8, before 6.12`; empty where it is none. */
export function kernelRangeText(range: string): string {
  const words = { '>=': 'since', '>': 'after', '<': 'before', '<=': 'up to', '=': 'only' } as const;
  const terms = readKernelRange(range) ?? [];
  return terms
    .map(({ operator, version }, index) => `${words[operator]} ${index === 0 ? 'Linux ' : ''}${version.join('.')}`)
    .join(', ');
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (const [index, part] of b.entries()) {
    const difference = (a[index] ?? 0) - part;
    if (difference !== 0) return difference;
  }
  return 0;
}
