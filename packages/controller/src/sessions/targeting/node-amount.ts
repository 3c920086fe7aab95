import { AmountError, parseShare } from '@bpfleet/runtime';
import { Problem } from '../../problem/problem.ts';

/** Some of the nodes that a selector chooses. */
export type NodeAmount =
  | { readonly kind: 'nodes'; readonly count: number }
  /** A fraction of them; at least one node. */
  | { readonly kind: 'share'; readonly share: number };

/** Reads `3` or `10%`. Throws Problem `invalid_request` that points at the member it came from. */
export function nodeAmount(text: string, pointer: string): NodeAmount {
  if (/^[1-9]\d{0,6}$/.test(text)) return { kind: 'nodes', count: Number(text) };
  try {
    return { kind: 'share', share: parseShare(text) };
  } catch (error) {
    if (!(error instanceof AmountError)) throw error;
    const hint = 'Give a number of nodes, such as 3, or a share of them, such as 10%.';
    throw new Problem('invalid_request', `${JSON.stringify(text)} is no amount of nodes.`, { pointer, hint });
  }
}

/** How many of `total` nodes these are. */
export function countOf(amount: NodeAmount, total: number): number {
  // A tenth of 30 is 3, whatever a double makes of it.
  const wanted = amount.kind === 'nodes' ? amount.count : Math.ceil(total * amount.share - 1e-9);
  return Math.min(total, Math.max(1, wanted));
}

/** As it is read. */
export function nodeAmountText(amount: NodeAmount): string {
  return amount.kind === 'nodes' ? String(amount.count) : `${Number((amount.share * 100).toFixed(6))}%`;
}
