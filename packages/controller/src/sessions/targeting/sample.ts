import { countOf, type NodeAmount } from './node-amount.ts';
import { seededOrder } from './seeded-order.ts';

/** Which of the nodes that a selector chooses take part, where not all do. */
export interface Sampling {
  readonly amount: NodeAmount | null;
  readonly maxNodes: number | null;
  /** Null: one is made. */
  readonly seed: string | null;
}

/** How a sample was taken: enough to take it again, and to say what it stands for. */
export interface Sample {
  readonly seed: string;
  /** Nodes that the selector chose. */
  readonly of: number;
  /** How many of them take part. */
  readonly nodes: number;
}

/** The sample in the order of `nodes`; all of them where so many are asked for. */
export function takeSample<Node extends { readonly id: string }>(
  nodes: readonly Node[],
  { amount, maxNodes }: Sampling,
  seed: string,
): Node[] {
  const wanted = Math.min(amount === null ? nodes.length : countOf(amount, nodes.length), maxNodes ?? nodes.length);
  if (wanted >= nodes.length) return [...nodes];
  const chosen = new Set(seededOrder(nodes, seed).slice(0, wanted));
  return nodes.filter((node) => chosen.has(node));
}

/** For how many nodes one of the sample stands: what its sums are to be multiplied by, to speak of all. */
export function sampleWeight({ of, nodes }: Sample): number {
  return of / nodes;
}
