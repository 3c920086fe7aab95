import { closeSync, openSync } from 'node:fs';
import { WorkloadProcess } from './workload-process.ts';

/** The first descriptor that a process can be given besides its standard ones. */
const fd = 3;

/**
 * Makes pread64(2) calls of which each has its number as its position: a trace that prints positions tells which calls it saw,
 * and which twice. `end` makes one at a position that no number reaches, by which a script may know that this was all.
 */
export class NumberedReads extends WorkloadProcess {
  /** The descriptor that these calls have, and no other of the process does. */
  static readonly fd = fd;
  static readonly endPosition = 2 ** 40;

  static async start(): Promise<NumberedReads> {
    const nothing = openSync('/dev/null', 'r');
    try {
      const args = [String(fd), String(NumberedReads.endPosition)];
      const workload = new NumberedReads(
        ...WorkloadProcess.spawn({ main: 'numbered-reads-main', args, files: [nothing] }),
      );
      await workload.nextCount();
      return workload;
    } finally {
      closeSync(nothing);
    }
  }

  /** The number of the last call so far. */
  count(): Promise<number> {
    return this.calls(0);
  }

  /** Ends `rate`, and makes the call that tells the end; resolves with the number of the last one before. */
  end(): Promise<number> {
    return this.ask('end');
  }
}
