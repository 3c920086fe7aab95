import pg from 'pg';

/** A frame as the database has it. */
export interface StoredFrame {
  readonly nodeId: string;
  readonly bootEpoch: string;
  readonly seq: string;
  readonly records: number;
  readonly payload: Uint8Array;
}

/** Of a session, in no order. */
export async function storedFrames(databaseUrl: string, sessionId: string): Promise<StoredFrame[]> {
  const database = new pg.Client(databaseUrl);
  await database.connect();
  try {
    const { rows } = await database.query(
      `select node_id as "nodeId", boot_epoch as "bootEpoch", seq, records, payload from frame where session_id = $1`,
      [sessionId],
    );
    return rows;
  } finally {
    await database.end();
  }
}

export const recordsOf = (frames: readonly StoredFrame[]): number =>
  frames.reduce((sum, { records }) => sum + records, 0);
