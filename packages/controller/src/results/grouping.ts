import { Problem } from '../problem/problem.ts';

/** How results are grouped. */
export type Grouping =
  | { readonly kind: 'merged' }
  | { readonly kind: 'node' }
  | { readonly kind: 'window' }
  | { readonly kind: 'label'; readonly label: string };

/** Parses `by` of a request. Throws `invalid_request`. */
export function parseGrouping(by: string | undefined): Grouping {
  if (by === undefined || by === '') {
    return { kind: 'merged' };
  }
  if (by === 'node' || by === 'window') {
    return { kind: by };
  }
  const label = /^label:(.+)$/.exec(by)?.[1];
  if (label === undefined) {
    throw new Problem('invalid_request', `Results cannot be grouped by ${JSON.stringify(by)}.`, {
      hint: 'Use node, window or label:KEY, or leave it out.',
    });
  }
  return { kind: 'label', label };
}

/** What a label holds on a node; empty where it has none. As in selectors, name, arch and kernel are every node's. */
export function labelOf(
  node: {
    readonly name: string;
    readonly arch: string;
    readonly kernel: string;
    readonly labels: Readonly<Record<string, string>>;
  },
  label: string,
): string {
  if (label === 'name' || label === 'arch' || label === 'kernel') {
    return node[label];
  }
  return (Object.hasOwn(node.labels, label) ? node.labels[label] : undefined) ?? '';
}
