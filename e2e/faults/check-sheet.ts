import type { ResultDocument } from '@bpfleet/aggregate';

/** Complete + partial + failed + offline + skipped = targets; of each node, produced = stored + lost. */
export function sheetDiffers({ answer }: ResultDocument): string[] {
  const { targets, complete, partial, failed, offline, skipped, nodes } = answer;
  const sum = complete + partial + failed + offline + skipped;
  const wrong = sum === targets ? [] : [`the sheet has ${sum} of ${targets} targets`];
  for (const { name, produced, stored, lost, reason } of nodes) {
    const accounted = [stored, lost.kernel, lost.sampledOut, lost.evicted, lost.mapFull].reduce(
      (sum, count) => sum + BigInt(count),
      0n,
    );
    if (BigInt(produced) !== accounted) wrong.push(`${name}: ${produced} produced, ${accounted} accounted for`);
    if (reason?.includes('do not balance')) wrong.push(`${name}: ${reason}`);
  }
  return wrong;
}
