import type { Abbreviation } from './abbreviations.ts';
import type { Unit } from './unit.ts';

/** A debugging information entry, DIE: a type, a function, a field (DWARF 5, section 2.1). Offsets in `.debug_info`. */
export interface Entry {
  readonly offset: number;
  readonly unit: Unit;
  readonly tag: number;
  readonly abbreviation: Abbreviation;
  /** Where the values of its attributes begin. */
  readonly values: number;
  /** Where the next entry begins: its first child, if it has any. */
  readonly next: number;
}
