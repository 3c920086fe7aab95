import type { SpooledFrame } from './spool.ts';

export const killTestBytes = 64 * 1024 * 1024;

/** A frame whose contents follow from its place. */
export function killTestFrame(epoch: bigint, seq: bigint): SpooledFrame {
  const bytes = Buffer.alloc(100 + Number((seq * 7919n) % 5000n), `${epoch}/${seq};`);
  const lost = { kernel: 0n, sampledOut: 0n, truncated: 0n, mapFull: 0n };
  return { seq, records: Number(seq % 5n), lost, until: Number(seq), bytes };
}
