import { createHash } from 'node:crypto';

/**
 * The order of nodes that a seed gives: by the SHA-256 of seed and identifier. A node's rank against another depends on
 * nothing else, so that a sample taken again with its seed keeps the nodes that are still there.
 */
export function seededOrder<Node extends { readonly id: string }>(nodes: readonly Node[], seed: string): Node[] {
  const ranks = new Map(nodes.map((node) => [node, createHash('sha256').update(`${seed}\n${node.id}`).digest('hex')]));
  return nodes.toSorted((a, b) => ((ranks.get(a) ?? '') < (ranks.get(b) ?? '') ? -1 : 1));
}
