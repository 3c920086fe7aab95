import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs';
import type { ByteSource } from '@bpfleet/bpf';

/** An open regular file, read in parts. */
export interface PartialFile extends ByteSource {
  readonly stat: Stats;
  /** Tells a file from others, and from itself after it was written anew. */
  readonly identity: string;
  close(): void;
}

/** Opens a regular file; null where there is none that this process may read. Never waits for a pipe's other end. */
export function openPart(path: string): PartialFile | null {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch {
    return null;
  }
  try {
    const stat = fstatSync(fd);
    if (stat.isFile()) {
      const identity = `${stat.dev} ${stat.ino} ${stat.size} ${stat.mtimeMs}`;
      return {
        stat,
        identity,
        read: (offset, length) => readPart(fd, offset, length, stat.size),
        close: () => closeSync(fd),
      };
    }
  } catch {
    // As if it were not there.
  }
  closeSync(fd);
  return null;
}

function readPart(fd: number, offset: number, length: number, fileSize: number): Uint8Array {
  const size = Math.max(0, Math.min(length, fileSize - offset));
  const part = Buffer.alloc(size);
  let done = 0;
  while (done < size) {
    const count = readSync(fd, part, done, size - done, offset + done);
    if (count === 0) break;
    done += count;
  }
  return part.subarray(0, done);
}
