import { ElfError, openElf, SymbolTable } from '@bpfleet/bpf';
import { openPart } from './open-part.ts';

/**
 * Where a program says one of its functions or variables is, for uaddr(): the symbol's own value, which is its address in
 * memory where the program is not moved at its start. Or one sentence why there is none.
 */
export function userAddress(path: string, name: string): bigint | { readonly reason: string } {
  const file = openPart(path);
  if (file === null) return { reason: `${path} cannot be read` };
  try {
    const address = new SymbolTable([openElf(file)]).address(name);
    return address === undefined ? { reason: `${path} has no symbol ${name}` } : BigInt(address);
  } catch (error) {
    if (error instanceof ElfError) return { reason: `${path} has no symbols that can be read: ${error.message}` };
    throw error;
  } finally {
    file.close();
  }
}
