import { encode, slotCount, slotStarts } from '../asm/encode.ts';
import type { Instruction } from '../asm/instruction.ts';
import { SLOT_BYTES } from '../asm/limits.ts';
import { LDDW, PseudoSource } from '../asm/opcode.ts';
import { functionTypes } from '../btf/function-btf.ts';
import { BtfBuilder } from '../btf/write-btf.ts';
import type { CollectionSpec } from '../spec/collection-spec.ts';
import type { MapSpec } from '../spec/map-spec.ts';
import type { ObjectLine, ObjectProgram, ObjectSpec } from '../spec/object-spec.ts';
import { ElfBuilder, type Relocation, SectionFlag, SymbolInfo } from './elf-builder.ts';
import { writeDataSection, writeMapDefinitions } from './map-section.ts';
import { sectionName } from './section-name.ts';

/** Of `.BTF.ext`: its header, and one record of each kind. */
const EXT_HEADER_BYTES = 24;
const FUNCTION_RECORD_BYTES = 8;
const LINE_RECORD_BYTES = 16;

/** A collection that the format of objects cannot hold. */
export class ObjectWriteError extends Error {
  readonly code = 'object-write';
}

/**
 * What an object can hold of a compiled script. A loader of objects knows nothing of the script: it runs no BEGIN, has no
 * timers, and gives maps as bytes.
 */
export function objectOf({ maps, programs }: CollectionSpec): ObjectSpec {
  return {
    maps,
    programs: programs.map(({ attach, ...program }) => ({ ...program, section: sectionName(attach) })),
    license: programs[0]?.license ?? 'GPL',
  };
}

/**
 * An ELF object that libbpf's loaders take (bpftool, `bpfleet run FILE.o`): programs by section, maps by their BTF, the
 * functions that helpers call in `.text`. Throws ObjectWriteError.
 */
export function writeObject({ maps, programs, license: terms, file = '' }: ObjectSpec): Uint8Array {
  const elf = new ElfBuilder();
  const btf = new BtfBuilder();
  const names = new Identifiers();
  const addressed = addressedMaps(programs);
  const defined = maps.filter(({ name }) => !addressed.has(name));
  const nameOf = ({ name }: MapSpec) => names.of(name);
  const symbols = new Map(writeMapDefinitions(defined, { elf, btf, nameOf }));
  for (const map of maps) {
    if (addressed.has(map.name)) symbols.set(map.name, writeDataSection(map, elf, nameOf(map)));
  }
  const parts = cut(programs);
  const text = new CodeSection('.text', symbols, null);
  for (const part of parts) if (!part.entry) text.add(part, names);
  const textSection = text.write(elf);
  const textSymbol =
    textSection === null
      ? null
      : elf.symbol({ name: '', info: SymbolInfo.LOCAL_SECTION, section: textSection, value: 0, size: 0 });
  text.relocate(elf, textSymbol);
  const sections = new Map<string, CodeSection>();
  for (const part of parts) {
    if (!part.entry) continue;
    const name = part.program.section;
    const section = sections.get(name) ?? new CodeSection(name, symbols, text);
    sections.set(name, section);
    section.add(part, names);
  }
  for (const section of sections.values()) {
    section.write(elf);
    section.relocate(elf, textSymbol);
  }
  const license = new TextEncoder().encode(`${terms}\0`);
  elf.section('license', SectionFlag.ALLOC | SectionFlag.WRITE, license);
  const code = textSection === null ? [...sections.values()] : [text, ...sections.values()];
  const extended = extendedInfo(btf, code, file);
  elf.section('.BTF', 0, btf.build());
  elf.section('.BTF.ext', 0, extended);
  return elf.build();
}

/** One function of a program: the program itself, or one that a helper calls. */
interface Part {
  readonly program: ObjectProgram;
  readonly name: string;
  readonly entry: boolean;
  readonly instructions: readonly Instruction[];
  /** Slot of the program where it begins. */
  readonly slot: number;
}

function cut(programs: readonly ObjectProgram[]): Part[] {
  return programs.flatMap((program) => {
    const functions = program.functions ?? [{ instruction: 0, name: program.name }];
    return functions.map(({ instruction, name }, index): Part => {
      const entry = index === 0;
      return {
        ...{ program, entry, name: entry ? program.name : `${program.name}_${name}` },
        instructions: program.instructions.slice(instruction, functions[index + 1]?.instruction),
        slot: slotCount(program.instructions.slice(0, instruction)),
      };
    });
  });
}

/** Maps whose value instructions address: these cannot also be given to a helper, which takes a map itself. */
function addressedMaps(programs: readonly ObjectProgram[]): ReadonlySet<string> {
  const uses = (source: number) =>
    programs.flatMap(({ instructions }) =>
      instructions.flatMap(({ map, src }) => (map !== undefined && src === source ? [map] : [])),
    );
  const addressed = new Set(uses(PseudoSource.MAP_VALUE));
  const both = uses(PseudoSource.MAP_FD).find((map) => addressed.has(map));
  if (both !== undefined) throw new ObjectWriteError(`map ${both} is both addressed and given to a helper`);
  return addressed;
}

/** The code of one section, function after function. */
class CodeSection {
  readonly name: string;
  /** For each function: how it is called, and where it begins. */
  readonly functions: {
    readonly name: string;
    readonly entry: boolean;
    readonly offset: number;
    readonly size: number;
  }[] = [];
  readonly #maps: ReadonlyMap<string, number>;
  /** Where the functions are that helpers call; null for that section itself. */
  readonly #text: CodeSection | null;
  readonly #parts: { readonly part: Part; readonly offset: number }[] = [];
  #length = 0;
  #number = 0;

  constructor(name: string, maps: ReadonlyMap<string, number>, text: CodeSection | null) {
    this.name = name;
    this.#maps = maps;
    this.#text = text;
  }

  add(part: Part, names: Identifiers): void {
    const size = slotCount(part.instructions) * SLOT_BYTES;
    this.#parts.push({ part, offset: this.#length });
    this.functions.push({ name: names.of(part.name), entry: part.entry, offset: this.#length, size });
    this.#length += size;
  }

  /** Adds it to the file. Null where there is no code. */
  write(elf: ElfBuilder): number | null {
    if (this.#parts.length === 0) return null;
    const bytes = new Uint8Array(this.#length);
    for (const { part, offset } of this.#parts) bytes.set(encode(this.#unresolved(part)), offset);
    const section = elf.section(this.name, SectionFlag.ALLOC | SectionFlag.EXECINSTR, bytes);
    for (const { name, entry, offset, size } of this.functions) {
      const info = entry ? SymbolInfo.GLOBAL_FUNC : SymbolInfo.LOCAL_FUNC;
      elf.symbol({ name, info, section, value: offset, size });
    }
    this.#number = section;
    return section;
  }

  /** Says which places are maps and functions. `textSymbol`: of the section with the functions that helpers call. */
  relocate(elf: ElfBuilder, textSymbol: number | null): void {
    const places: Relocation[] = [];
    for (const { part, offset } of this.#parts) {
      let at = offset;
      for (const { opcode, src, map } of part.instructions) {
        const symbol = map !== undefined ? this.#maps.get(map) : isFunction(opcode, src) ? textSymbol : undefined;
        if (symbol !== undefined && symbol !== null) places.push({ offset: at, symbol });
        at += opcode === LDDW ? 2 * SLOT_BYTES : SLOT_BYTES;
      }
    }
    elf.relocate(this.#number, places);
  }

  /** The lines of its programs, by bytes into this section. */
  lines(): readonly (ObjectLine & { readonly offset: number })[] {
    return this.#parts.flatMap(({ part: { program, entry }, offset }) => {
      const slots = slotStarts(program.instructions);
      const lines = entry ? (program.lines ?? []) : [];
      return lines.map((line) => ({ ...line, offset: offset + (slots[line.instruction] ?? 0) * SLOT_BYTES }));
    });
  }

  /** Where a function of a program is, bytes into this section. */
  offsetOf(program: ObjectProgram, slot: number): number {
    return this.#parts.find(({ part }) => part.program === program && part.slot === slot)?.offset ?? 0;
  }

  /** Instructions as a loader expects them before it fills in maps and functions. */
  #unresolved({ program, slot, instructions }: Part): Instruction[] {
    const text = this.#text ?? this;
    let at = slot;
    return instructions.map(({ map, ...instruction }) => {
      const { opcode, src, imm } = instruction;
      const next = at + 1;
      at += opcode === LDDW ? 2 : 1;
      if (map !== undefined) return { ...instruction, src: 0, imm: src === PseudoSource.MAP_VALUE ? imm : 0n };
      if (!isFunction(opcode, src)) return instruction;
      const target = next + Number(BigInt.asIntN(32, imm));
      return { ...instruction, imm: BigInt(text.offsetOf(program, target)) };
    });
  }
}

function isFunction(opcode: number, src: number): boolean {
  return opcode === LDDW && src === PseudoSource.FUNCTION;
}

/**
 * `.BTF.ext`: the type of each function, which the kernel asks for where helpers call them, and the lines of programs, which
 * its messages show. Source of the format: the kernel's Documentation/bpf/btf.rst.
 */
function extendedInfo(btf: BtfBuilder, sections: readonly CodeSection[], file: string): Uint8Array {
  const addFunction = functionTypes(btf);
  const functions = infoWords(FUNCTION_RECORD_BYTES, sections, btf, (section) =>
    section.functions.map(({ name, entry, offset }) => [offset, addFunction(name, entry ? 'global' : 'static')]),
  );
  const lines = infoWords(LINE_RECORD_BYTES, sections, btf, (section) =>
    section.lines().map(({ offset, line, text }) => [offset, btf.string(file), btf.string(text), line << 10]),
  );
  const [functionBytes, lineBytes] = [functions.length * 4, lines.length * 4];
  const words = [EXT_HEADER_BYTES, 0, functionBytes, functionBytes, lineBytes, ...functions, ...lines];
  const bytes = new Uint8Array(4 + words.length * 4);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0xeb9f, true);
  view.setUint8(2, 1);
  for (const [index, word] of words.entries()) view.setUint32(4 + index * 4, word, true);
  return bytes;
}

/** The size of a record, then section by section its name, how many records it has, and they. Nothing where there are none. */
function infoWords(
  recordBytes: number,
  sections: readonly CodeSection[],
  btf: BtfBuilder,
  recordsOf: (section: CodeSection) => readonly (readonly number[])[],
): number[] {
  const words = sections.flatMap((section) => {
    const records = recordsOf(section);
    return records.length === 0 ? [] : [btf.string(section.name), records.length, ...records.flat()];
  });
  return words.length === 0 ? [] : [recordBytes, ...words];
}

/** Names as identifiers of C, which the kernel takes as well; each is given once. */
class Identifiers {
  readonly #given = new Set<string>();

  of(name: string): string {
    const plain = name.replaceAll(/[^A-Za-z0-9_]/g, '_').replace(/^(?=\d)/, '_');
    let unique = plain;
    for (let count = 2; this.#given.has(unique); count += 1) unique = `${plain}_${count}`;
    this.#given.add(unique);
    return unique;
  }
}
