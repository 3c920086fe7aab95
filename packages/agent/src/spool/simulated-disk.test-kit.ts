import type { SpoolDisk } from './disk.ts';

/** What a disk says to a process that is no more. */
class ProcessDied extends Error {
  override readonly name = 'ProcessDied';
}

/** A disk in memory that can lose what was not synced, flip bits, be full, fail, and outlive the process that uses it. */
export class SimulatedDisk implements SpoolDisk {
  readonly files = new Map<number, { bytes: Uint8Array; synced: number }>();
  capacity = Number.POSITIVE_INFINITY;
  /** The process dies at the write, sync or removal after so many; of a write a half is done then. */
  dieAfter = Number.POSITIVE_INFINITY;
  /** So many syncs fail from now on. */
  failingSyncs = 0;
  /** So many writes fail from now on, each in the middle. */
  failingWrites = 0;

  get bytes(): number {
    return [...this.files.values()].reduce((sum, { bytes }) => sum + bytes.length, 0);
  }

  async list() {
    return [...this.files.keys()].sort((a, b) => a - b);
  }
  async read(segment: number) {
    return this.#file(segment).bytes.slice();
  }
  async readAt(segment: number, offset: number, length: number) {
    return this.#file(segment).bytes.slice(offset, offset + length);
  }
  async writeAt(segment: number, offset: number, bytes: Uint8Array) {
    const dies = this.#dies();
    const fails = this.failingWrites > 0;
    if (fails) this.failingWrites -= 1;
    const file = this.files.get(segment) ?? { bytes: new Uint8Array(), synced: 0 };
    this.files.set(segment, file);
    const wanted = dies || fails ? bytes.length >> 1 : bytes.length;
    const room = Math.max(0, Math.min(wanted, this.capacity - this.bytes + (file.bytes.length - offset)));
    const grown = new Uint8Array(Math.max(file.bytes.length, offset + room));
    grown.set(file.bytes);
    grown.set(bytes.subarray(0, room), offset);
    file.bytes = grown;
    if (dies) throw new ProcessDied();
    if (fails) throw failure('EIO', 'input/output error');
    if (room < bytes.length) throw failure('ENOSPC', 'no space left on device');
  }
  async sync(segment: number) {
    if (this.#dies()) throw new ProcessDied();
    if (this.failingSyncs > 0) {
      this.failingSyncs -= 1;
      throw failure('EIO', 'input/output error');
    }
    const file = this.#file(segment);
    file.synced = file.bytes.length;
  }
  async remove(segment: number) {
    if (this.#dies()) throw new ProcessDied();
    this.files.delete(segment);
  }
  async close() {}

  /** The process is killed: all that it has written stays, and the next one can use the disk. */
  kill(): void {
    this.dieAfter = Number.POSITIVE_INFINITY;
  }

  /** The machine loses power: of what was not synced, a part remains. */
  crash(part: number): void {
    this.kill();
    for (const [segment, file] of this.files) {
      const kept = file.synced + Math.floor((file.bytes.length - file.synced) * part);
      if (kept === 0) this.files.delete(segment);
      else this.files.set(segment, { bytes: file.bytes.slice(0, kept), synced: kept });
    }
  }

  flip(at: number): void {
    const file = [...this.files.values()][Math.floor(at * this.files.size)];
    if (!file || file.bytes.length === 0) return;
    const bit = Math.floor(at * 7919 * file.bytes.length * 8) % (file.bytes.length * 8);
    file.bytes[bit >> 3] = (file.bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  }

  #dies(): boolean {
    if (this.dieAfter < 0) throw new ProcessDied();
    this.dieAfter -= 1;
    return this.dieAfter < 0;
  }

  #file(segment: number) {
    const file = this.files.get(segment);
    if (!file) throw failure('ENOENT', 'no such file');
    return file;
  }
}

function failure(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}
