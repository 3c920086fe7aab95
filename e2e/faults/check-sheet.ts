import type { NodeAnswer, ResultDocument } from '@bpfleet/aggregate';

export type Loss = keyof NodeAnswer['lost'];

/** Records that were lost in these ways, by all nodes together. */
export function lostBy({ answer }: ResultDocument, ways: readonly Loss[]): number {
  return answer.nodes
    .flatMap(({ lost }) => ways.map((way) => Number(lost[way])))
    .reduce((sum, count) => sum + count, 0);
}

/** The ways of which produced = stored + lost. */
export const lossWays: readonly Loss[] = ['kernel', 'sampledOut', 'evicted', 'mapFull'];

/** Complete + partial + failed + offline + skipped = targets; of each node, produced = stored + lost. */
export function sheetDiffers({ answer }: ResultDocument): string[] {
  const { targets, complete, partial, failed, offline, skipped, nodes } = answer;
  const sum = complete + partial + failed + offline + skipped;
  const wrong = sum === targets ? [] : [`the sheet has ${sum} of ${targets} targets`];
  for (const { name, produced, stored, lost, reason } of nodes) {
    const accounted = [stored, ...lossWays.map((way) => lost[way])].reduce((sum, count) => sum + BigInt(count), 0n);
    if (BigInt(produced) !== accounted) wrong.push(`${name}: ${produced} produced, ${accounted} accounted for`);
    if (reason?.includes('do not balance')) wrong.push(`${name}: ${reason}`);
  }
  return wrong;
}
