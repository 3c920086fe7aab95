/** The file is no ELF file that can be probed, or it is damaged. */
export class ElfError extends Error {
  override readonly name = 'ElfError';
  readonly code = 'invalid-elf';
}
