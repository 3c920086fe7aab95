import { DebugEntries } from './debug-entries.ts';
import type { DebugSections } from './debug-sections.ts';
import { EntryIndex } from './entry-index.ts';

/** The debugging information of one program, and what was found in it so far. Throws DwarfError where it is damaged. */
export class DebugInfo {
  readonly entries: DebugEntries;
  readonly index: EntryIndex;

  /** `splits`: of the files that its compilations left entries in, as the entries without them name those. */
  constructor(sections: DebugSections, splits: readonly DebugSections[] = []) {
    this.entries = new DebugEntries(sections, splits);
    this.index = new EntryIndex(this.entries);
  }
}
