import type { SpoolDisk } from './disk.ts';

/** A segment that an earlier process left. */
export interface ExistingSegment {
  readonly bytes: number;
  /** Whether its checkpoint is: a process may have died while it wrote that. */
  readonly whole: boolean;
}

/** What a segment log asks of its owner. */
export interface SegmentLogOwner {
  /** Records that open a new segment: with them, older segments are not needed to know the state. */
  checkpoint(): Uint8Array;
  /** What is known and not written yet, to be durable before a segment goes. */
  unwritten(): { readonly bytes: Uint8Array; written(): void } | null;
  /** The segment is about to go, with whatever is still in it. */
  evicting(segment: number): void;
}

export interface SegmentLogLimits {
  /** Of all segments together. */
  readonly maxBytes: number;
  /** A segment that has reached this is closed and a new one opened. */
  readonly segmentBytes: number;
}

/**
 * Append-only segments within a bound. Law: a segment opens with a synced checkpoint, so every older one may be removed
 * at any time. Where the disk is full the oldest segments make room.
 */
export class SegmentLog {
  readonly #disk: SpoolDisk;
  readonly #limits: SegmentLogLimits;
  readonly #owner: SegmentLogOwner;
  readonly #sizes: Map<number, number>;
  /** Segments whose checkpoint is whole. */
  readonly #bases: Set<number>;
  #current: number | null = null;
  #next: number;
  /** Failed writes and syncs since the start. */
  failures = 0;

  constructor(
    disk: SpoolDisk,
    limits: SegmentLogLimits,
    owner: SegmentLogOwner,
    existing: ReadonlyMap<number, ExistingSegment>,
  ) {
    this.#disk = disk;
    this.#limits = limits;
    this.#owner = owner;
    this.#sizes = new Map([...existing].map(([segment, { bytes }]) => [segment, bytes]));
    this.#bases = new Set([...existing.keys()].filter((segment) => existing.get(segment)?.whole === true));
    this.#next = Math.max(0, ...existing.keys()) + 1;
  }

  get bytes(): number {
    return [...this.#sizes.values()].reduce((sum, size) => sum + size, 0);
  }

  get current(): number | null {
    return this.#current;
  }

  /** Ascending. */
  get segments(): number[] {
    return [...this.#sizes.keys()].sort((a, b) => a - b);
  }

  /** Closes the current segment: the next write opens a new one. */
  rotate(): void {
    this.#current = null;
  }

  /**
   * Writes what `make` gives, about `estimate` bytes, as one piece, synced if asked; returns where it lies. Makes room by
   * evicting the oldest segments, and asks `make` after that. Throws the disk's error once nothing is left to evict.
   */
  async write(estimate: number, sync: boolean, make: () => Uint8Array): Promise<{ segment: number; offset: number }> {
    // Only what was there before makes room: evicting what this call has opened would go on for ever.
    const before = this.#next;
    for (;;) {
      try {
        if (this.#current === null || this.#sizeOf(this.#current) >= this.#limits.segmentBytes) await this.#open();
        await this.#makeRoom(estimate);
        const segment = this.#current as number;
        const offset = this.#sizeOf(segment);
        const bytes = make();
        await this.#disk.writeAt(segment, offset, bytes);
        if (sync) await this.#disk.sync(segment);
        this.#sizes.set(segment, offset + bytes.length);
        return { segment, offset };
      } catch (error) {
        this.failures += 1;
        // What a failed sync left on the disk is unknown, so nothing more is written behind it.
        this.#current = null;
        if (!(await this.evictOldest(before))) throw error;
      }
    }
  }

  async remove(segment: number): Promise<void> {
    if (segment === this.#current) return;
    this.#sizes.delete(segment);
    await this.#disk.remove(segment);
  }

  /** Nothing of it is needed any more: every segment goes, the oldest first. A full disk allows that, too. */
  async clear(): Promise<void> {
    this.#current = null;
    for (const segment of this.segments) await this.remove(segment).catch(() => undefined);
  }

  async #open(): Promise<void> {
    const head = this.#owner.checkpoint();
    await this.#makeRoom(head.length);
    const segment = this.#next++;
    try {
      await this.#disk.writeAt(segment, 0, head);
      await this.#disk.sync(segment);
    } catch (error) {
      await this.#disk.remove(segment).catch(() => undefined);
      throw error;
    }
    this.#sizes.set(segment, head.length);
    this.#bases.add(segment);
    this.#current = segment;
  }

  async #makeRoom(bytes: number): Promise<void> {
    while (this.bytes + bytes > this.#limits.maxBytes) if (!(await this.evictOldest())) return;
  }

  /** Never the current segment, nor the newest with a whole checkpoint: the state is only on disk because of one of them. */
  async evictOldest(before = Number.POSITIVE_INFINITY): Promise<boolean> {
    const { segments } = this;
    const base = segments.findLast((segment) => this.#bases.has(segment)) ?? segments.at(-1);
    const oldest = segments.find((segment) => segment < before && segment !== this.#current && segment !== base);
    if (oldest === undefined) return false;
    await this.settle();
    this.#owner.evicting(oldest);
    this.#sizes.delete(oldest);
    await this.#disk.remove(oldest).catch(() => undefined);
    return true;
  }

  /**
   * Writes what is not written yet behind the current segment, past the bound if need be. Law: before a segment goes, it is
   * known on disk what is not needed of it; else the next process takes frames that were acknowledged for lost. A disk that does not
   * take it has lost more than that.
   */
  async settle(): Promise<boolean> {
    const unwritten = this.#owner.unwritten();
    const segment = this.#current;
    if (unwritten === null) return true;
    if (segment === null) return false;
    const offset = this.#sizeOf(segment);
    try {
      await this.#disk.writeAt(segment, offset, unwritten.bytes);
      await this.#disk.sync(segment);
    } catch {
      this.failures += 1;
      this.#current = null;
      return false;
    }
    this.#sizes.set(segment, offset + unwritten.bytes.length);
    unwritten.written();
    return true;
  }

  #sizeOf(segment: number): number {
    return this.#sizes.get(segment) ?? 0;
  }
}
