/** The debugging information of a program makes no sense, or is of a kind that is not read. */
export class DwarfError extends Error {
  override readonly name = 'DwarfError';
  readonly code = 'invalid-dwarf';
}
