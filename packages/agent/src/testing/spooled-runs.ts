import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Frame, FrameSchema, fromBinary } from '@bpfleet/contracts';
import type { RunId } from '../spool/entry.ts';
import { openFileDisk } from '../spool/file-disk.ts';
import { Spool } from '../spool/spool.ts';

/** A run as a spool has it. */
export interface SpooledRun extends RunId {
  /** The last frame that was captured, and the last one that was acknowledged; 0: none. */
  readonly last: bigint;
  readonly acked: bigint;
  /** Records that it says it had no room for. */
  readonly evicted: bigint;
  /** Its account is there. */
  readonly ended: boolean;
  /** Those that are to be delivered. */
  readonly frames: readonly Frame[];
}

/** What the spool of an agent that does not run would deliver. Its folder stays as it is: opening it may write. */
export async function spooledRuns(stateDir: string): Promise<SpooledRun[]> {
  const copy = await mkdtemp(join(tmpdir(), 'bpfleet-spool-copy-'));
  try {
    await cp(join(stateDir, 'spool'), copy, { recursive: true });
    const { spool } = await Spool.open(await openFileDisk(copy), { maxBytes: Number.MAX_SAFE_INTEGER });
    const runs: SpooledRun[] = [];
    for (const run of [...spool.runs()]) {
      const { session, epoch, last, acked, evicted, manifest } = run;
      const frames: Frame[] = [];
      for (const { seq } of [...run.frames]) {
        const bytes = await spool.readFrame(run, seq);
        if (bytes === null) throw new Error(`frame ${seq} of session ${session} cannot be read from the spool`);
        frames.push(fromBinary(FrameSchema, bytes));
      }
      runs.push({ session, epoch, last, acked, evicted, ended: manifest !== null, frames });
    }
    await spool.shut();
    return runs;
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}
