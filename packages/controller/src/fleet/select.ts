import type { Comparison, Selector, Term } from './selector.ts';

/** What of a node a selector can ask for. */
export interface Selectable {
  readonly name: string;
  readonly arch: string;
  readonly kernel: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly features: readonly string[];
}

export function matches(selector: Selector, node: Selectable): boolean {
  return selector.every((term) => holds(term, node));
}

function holds(term: Term, node: Selectable): boolean {
  switch (term.kind) {
    case 'has':
      return node.features.includes(term.feature);
    case 'in':
      return term.values.some((value) => isEqual(term.field, fieldOf(term.field, node), value));
    case 'compare':
      return compares(term.field, fieldOf(term.field, node), term.comparison, term.value);
  }
}

function fieldOf(field: string, node: Selectable): string | undefined {
  switch (field) {
    case 'name':
      return node.name;
    case 'arch':
      return node.arch;
    case 'kernel':
      return node.kernel;
    default:
      return Object.hasOwn(node.labels, field) ? node.labels[field] : undefined;
  }
}

/** A node without the label is unequal to every value, and neither before nor after any. */
function compares(field: string, actual: string | undefined, comparison: Comparison, wanted: string): boolean {
  if (comparison === '=') {
    return isEqual(field, actual, wanted);
  }
  if (comparison === '!=') {
    return !isEqual(field, actual, wanted);
  }
  if (actual === undefined) {
    return false;
  }
  const order = compareVersions(actual, wanted);
  switch (comparison) {
    case '>=':
      return order >= 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '<':
      return order < 0;
  }
}

function isEqual(field: string, actual: string | undefined, wanted: string): boolean {
  if (actual === undefined) {
    return false;
  }
  if (wanted.includes('*')) {
    return glob(wanted).test(actual);
  }
  return actual === wanted || (field === 'kernel' && isVersionPrefix(wanted, actual));
}

/** `*` stands for any characters; nothing else is special. */
function glob(pattern: string): RegExp {
  const parts = pattern.split('*').map((part) => part.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's');
}

/** 6.1 stands for 6.1.0 and 6.1.55-1-amd64, not for 6.10. */
function isVersionPrefix(prefix: string, version: string): boolean {
  const wanted = numbers(prefix);
  const actual = numbers(version);
  return wanted.length > 0 && wanted.every((part, index) => part === (actual[index] ?? 0));
}

/** By the leading dotted numbers; a part that is absent counts as 0, so that 6.1 = 6.1.0. */
function compareVersions(a: string, b: string): number {
  const [left, right] = [numbers(a), numbers(b)];
  for (let at = 0; at < Math.max(left.length, right.length); at++) {
    const difference = (left[at] ?? 0) - (right[at] ?? 0);
    if (difference !== 0) {
      return difference;
    }
  }
  return 0;
}

function numbers(version: string): number[] {
  const leading = /^v?(\d+(?:\.\d+)*)/.exec(version)?.[1];
  return leading === undefined ? [] : leading.split('.').map(Number);
}
