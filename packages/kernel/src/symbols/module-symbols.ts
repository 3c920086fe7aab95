import {
  buildId,
  compressedSymbols,
  debugLink,
  ElfError,
  type ElfFile,
  type FoundSymbol,
  openElf,
  SymbolTable,
} from '@bpfleet/bpf';
import { debugFiles } from './debug-files.ts';
import { openPart, type PartialFile } from './open-part.ts';

/** The symbols of one program or library. Places are those of the file, where its code lies, not of memory. */
export interface ModuleSymbols {
  /** Hexadecimal. */
  readonly buildId: string | undefined;
  /** The symbol that the byte at this offset of the file belongs to. */
  find(fileOffset: number): FoundSymbol | null;
  /** The symbol of an address as the linker gave it. */
  findLinked(address: number): FoundSymbol | null;
  /** Memory that this takes, bytes. */
  readonly bytes: number;
}

const NONE: ModuleSymbols = { buildId: undefined, find: () => null, findLinked: () => null, bytes: 0 };

/**
 * Reads the symbols of an open file: its own two tables and those of its separate file of debugging symbols, which is
 * looked for by build ID and by `.gnu_debuglink` below `root`, where the process sees its files, and then on this node.
 * Where there is none, those that are packed within the file itself. A file that is damaged or no ELF file has none.
 *
 * @param path as the process sees it
 */
export function readModule(file: PartialFile, path: string, root: string): ModuleSymbols {
  const opened: PartialFile[] = [];
  try {
    const elf = openElf(file);
    const id = buildId(elf);
    const files: ElfFile[] = [elf];
    for (const candidate of debugFiles(path, root, id, debugLink(elf))) {
      const debug = openPart(candidate);
      if (debug === null) continue;
      opened.push(debug);
      const debugElf = debug.identity === file.identity ? null : openIntact(debug);
      // A link by name may lead to the file of another version.
      if (debugElf !== null && buildId(debugElf) === id) {
        files.push(debugElf);
        break;
      }
    }
    const packed = files.length === 1 ? compressedSymbols(elf) : null;
    if (packed !== null) files.push(packed);
    const table = tableOf(files);
    const { segments } = elf;
    return {
      buildId: id,
      bytes: table.bytes,
      find(fileOffset) {
        const segment = segments.find(({ offset, size }) => fileOffset >= offset && fileOffset - offset < size);
        return segment === undefined ? null : table.find(fileOffset - segment.offset + segment.address);
      },
      findLinked: (address) =>
        segments.some((one) => address >= one.address && address - one.address < one.size) ? table.find(address) : null,
    };
  } catch (error) {
    if (error instanceof ElfError || (error as NodeJS.ErrnoException).code !== undefined) return NONE;
    throw error;
  } finally {
    for (const each of opened) each.close();
  }
}

/** A damaged file of debugging symbols must not cost those that the program itself has. */
function tableOf(files: readonly ElfFile[]): SymbolTable {
  try {
    return new SymbolTable(files);
  } catch (error) {
    if (files.length === 1) throw error;
    return new SymbolTable(files.slice(0, 1));
  }
}

function openIntact(file: PartialFile): ElfFile | null {
  try {
    return openElf(file);
  } catch (error) {
    if (error instanceof ElfError) return null;
    throw error;
  }
}
