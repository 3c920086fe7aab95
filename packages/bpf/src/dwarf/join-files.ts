import type { DebugSections } from './debug-sections.ts';

/** Where the sections of one file begin in those that all files are joined to. Bytes. */
export interface FilePlaces {
  readonly info: number;
  /** Where its entries end. */
  readonly end: number;
  readonly abbrev: number;
  readonly str: number;
  readonly strOffsets: number;
}

/**
 * A program's sections and those of the files that its compilations left entries in (`.dwo`; DWARF 5, section 7.3.2),
 * one after the other, so that an entry of any of them has one offset. Such files have no names of lines and no
 * addresses of their own.
 */
export function joinFiles(files: readonly [DebugSections, ...DebugSections[]]): {
  readonly sections: DebugSections;
  readonly places: readonly FilePlaces[];
} {
  const [info, abbrev, str, strOffsets] = [new Joined(), new Joined(), new Joined(), new Joined()];
  const places = files.map((file): FilePlaces => {
    const start = info.add(file.info);
    return {
      info: start,
      end: start + file.info.length,
      abbrev: abbrev.add(file.abbrev),
      str: str.add(file.str),
      strOffsets: strOffsets.add(file.strOffsets),
    };
  });
  const sections = {
    ...files[0],
    info: info.bytes(),
    abbrev: abbrev.bytes(),
    str: str.bytes(),
    strOffsets: strOffsets.bytes(),
  };
  return { sections, places };
}

/** Parts one after the other. What was packed together shares names and abbreviations: the same part is there once. */
class Joined {
  readonly #starts = new Map<Uint8Array, number>();
  #size = 0;

  /** Where it begins. */
  add(part: Uint8Array): number {
    const start = this.#starts.get(part) ?? this.#size;
    if (!this.#starts.has(part)) this.#size += part.length;
    this.#starts.set(part, start);
    return start;
  }

  /** One part alone is not copied. */
  bytes(): Uint8Array {
    const [only] = this.#starts.keys();
    if (only !== undefined && this.#starts.size === 1) return only;
    const whole = new Uint8Array(this.#size);
    for (const [part, start] of this.#starts) whole.set(part, start);
    return whole;
  }
}
