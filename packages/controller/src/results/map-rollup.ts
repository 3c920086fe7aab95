import { isAdditive, type MapSchema } from '@bpfleet/aggregate';
import type { PayloadScan, PayloadWriter } from '@bpfleet/contracts';
import { CellLists } from './cell-lists.ts';
import { KeyTable } from './key-table.ts';

/** Where an entry is that was read last. */
interface Latest {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/**
 * One map as it is after the entries folded so far, as columns. Law: it holds what `applyDelta` would have made of them. Equal keys have
 * equal bytes, so a key is never decoded; entries of a map that is not additive are kept as they came, the newest.
 */
export class MapRollup {
  readonly schema: MapSchema;
  readonly additive: boolean;
  readonly keys = new KeyTable();
  readonly cells = new CellLists();
  /** Of maps that are not additive, by number of the key; undefined where the entry was deleted. */
  readonly #latest: (Latest | undefined)[] = [];

  constructor(schema: MapSchema) {
    this.schema = schema;
    this.additive = isAdditive(schema.kind);
  }

  /** The entry that the scan stands on. Its bytes are not copied where the map is not additive: they are to stay as they are. */
  fold(scan: PayloadScan): void {
    const known = this.keys.size;
    const key = this.keys.put(scan.bytes, scan.keyStart, scan.keyEnd);
    if (this.additive) {
      if (key === known) this.cells.open(key);
      this.cells.add(key, scan, 0, scan.cells);
    } else {
      const { bytes, entryStart: start, entryEnd: end } = scan;
      this.#latest[key] = scan.deleted ? undefined : { bytes, start, end };
    }
  }

  /** Entries that are there. */
  count(): number {
    let entries = 0;
    for (let key = 0; key < this.keys.size; key++) if (this.has(key)) entries++;
    return entries;
  }

  has(key: number): boolean {
    return this.additive ? this.cells.hasAny(key) : this.#latest[key] !== undefined;
  }

  write(writer: PayloadWriter): void {
    const { keys, cells } = this;
    writer.openMap(this.schema.id);
    for (let key = 0; key < keys.size; key++) {
      const latest = this.#latest[key];
      if (latest !== undefined) {
        writer.copyEntry(latest.bytes, latest.start, latest.end);
      } else if (this.additive && cells.hasAny(key)) {
        const [start, end] = [keys.starts[key] as number, keys.ends[key] as number];
        writer.entry(keys.bytes, start, end, cells, cells.firsts[key] as number, cells.counts[key] as number);
      }
    }
    writer.closeMap();
  }

  clear(): void {
    this.keys.clear();
    this.cells.clear();
    this.#latest.length = 0;
  }
}
