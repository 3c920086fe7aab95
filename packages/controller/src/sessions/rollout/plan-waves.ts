const growth = 10;

/**
 * The wave of each of `total` nodes in the order in which they are to be told, the first 0: `canary` nodes, then with
 * each wave ten times as many as before, so that a fleet of 100,000 takes six.
 */
export function planWaves(total: number, canary: number): number[] {
  const waves: number[] = [];
  for (let wave = 0, size = canary; waves.length < total; wave++, size *= growth) {
    const until = Math.min(total, waves.length + size);
    while (waves.length < until) waves.push(wave);
  }
  return waves;
}
