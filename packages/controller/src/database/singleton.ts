import type { DataSource } from 'typeorm';

/** Work that one controller does for all. Any numbers will do, as long as they are the same everywhere. */
export const singletons = { deadlines: 4_812_100, retention: 4_812_101 } as const;

/**
 * Does the work unless another controller is doing it now. The right is an advisory lock of a transaction: it ends with the work,
 * and with the connection of a controller that died, so nobody has to take it over.
 */
export async function singly(database: DataSource, lock: number, work: () => Promise<void>): Promise<void> {
  await database.transaction(async (transaction) => {
    const [row]: { mine: boolean }[] = await transaction.query('select pg_try_advisory_xact_lock($1) as mine', [lock]);
    if (row?.mine === true) {
      await work();
    }
  });
}
