import type { EntityManager } from 'typeorm';

/** Ends the parts of nodes that were not told yet. */
export async function skipUntold(
  transaction: EntityManager,
  { sessionId, wave, reason, now }: { sessionId: string; wave: number; reason: string; now: Date },
): Promise<void> {
  await transaction.query(
    `update session_node set state = 'skipped', reason = $3, ended_at = $4
     where session_id = $1 and wave > $2 and state = 'pending'`,
    [sessionId, wave, reason, now],
  );
}
