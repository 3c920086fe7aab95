import type { DataSource, EntityManager } from 'typeorm';
import type { RunKey } from './run.ts';
import { formatSeqRanges, type SeqRanges } from './seq-ranges.ts';

/** Of at most 256 KiB each. */
const framesPerRead = 200;

/** The payloads of these frames of a run, in order. */
export async function* storedPayloads(
  through: DataSource | EntityManager,
  { sessionId, nodeId, bootEpoch }: RunKey,
  seqs: SeqRanges,
): AsyncGenerator<Buffer> {
  for (let after = '0'; ; ) {
    const frames: { seq: string; payload: Buffer }[] = await through.query(
      `select seq, payload from frame where session_id = $1 and node_id = $2 and boot_epoch = $3 and seq > $4
         and $5::text::int8multirange @> seq
       order by seq limit ${framesPerRead}`,
      [sessionId, nodeId, bootEpoch.toString(), after, formatSeqRanges(seqs)],
    );
    for (const { payload } of frames) {
      yield payload;
    }
    const last = frames.at(-1);
    if (last === undefined || frames.length < framesPerRead) {
      return;
    }
    after = last.seq;
  }
}
