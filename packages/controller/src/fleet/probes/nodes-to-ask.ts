import type { NodeStatus } from '../node.repository.ts';

/**
 * At most `most` of the nodes that are online, and of each kernel and architecture about as many: those have the same probes but for
 * their modules.
 */
export function nodesToAsk<N extends Pick<NodeStatus, 'kernel' | 'arch' | 'online'>>(
  nodes: readonly N[],
  most: number,
): N[] {
  const online = nodes.filter((node) => node.online);
  const alike = [...Map.groupBy(online, ({ kernel, arch }) => `${kernel} ${arch}`).values()];
  const turns = Math.max(0, ...alike.map(({ length }) => length));
  const inTurn = Array.from({ length: turns }, (_, turn) => alike.flatMap((group) => group.slice(turn, turn + 1)));
  return inTurn.flat().slice(0, most);
}
