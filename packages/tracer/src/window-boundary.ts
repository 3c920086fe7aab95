/** Windows end at multiples of the interval since the Unix epoch. All in milliseconds. */

/** The first boundary after `now`. */
export function boundaryAfter(now: number, intervalMs: number): number {
  return boundaryAtOrBefore(now, intervalMs) + intervalMs;
}

/** The last boundary that is not after `now`. */
export function boundaryAtOrBefore(now: number, intervalMs: number): number {
  return Math.floor(now / intervalMs) * intervalMs;
}
