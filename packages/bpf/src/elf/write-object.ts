import { encode, slotCount } from '../asm/encode.ts';
import type { Instruction } from '../asm/instruction.ts';
import { SLOT_BYTES } from '../asm/limits.ts';
import { LDDW, PseudoSource } from '../asm/opcode.ts';
import { functionTypes } from '../btf/function-btf.ts';
import { BtfBuilder } from '../btf/write-btf.ts';
import type { CollectionSpec } from '../spec/collection-spec.ts';
import type { MapSpec } from '../spec/map-spec.ts';
import type { ProgramSpec } from '../spec/program-spec.ts';
import { ElfBuilder, type Relocation, SectionFlag, SymbolInfo } from './elf-builder.ts';
import { writeDataSection, writeMapDefinitions } from './map-section.ts';
import { sectionName } from './section-name.ts';

/** A collection that the format of objects cannot hold. */
export class ObjectWriteError extends Error {
  readonly code = 'object-write';
}

/**
 * An ELF object that libbpf's loaders take (bpftool, `bpfleet run FILE.o`): programs by section, maps by their BTF, the
 * functions that helpers call in `.text`. Such a loader knows nothing of the script: it runs no BEGIN, has no timers, and
 * prints maps as bytes. Throws ObjectWriteError.
 */
export function writeObject({ maps, programs }: CollectionSpec): Uint8Array {
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
    const name = sectionName(part.program.attach);
    const section = sections.get(name) ?? new CodeSection(name, symbols, text);
    sections.set(name, section);
    section.add(part, names);
  }
  for (const section of sections.values()) {
    section.write(elf);
    section.relocate(elf, textSymbol);
  }
  const license = new TextEncoder().encode(`${programs[0]?.license ?? 'GPL'}\0`);
  elf.section('license', SectionFlag.ALLOC | SectionFlag.WRITE, license);
  const functions = functionInfo(btf, textSection === null ? [...sections.values()] : [text, ...sections.values()]);
  elf.section('.BTF', 0, btf.build());
  elf.section('.BTF.ext', 0, functions);
  return elf.build();
}

/** One function of a program: the program itself, or one that a helper calls. */
interface Part {
  readonly program: ProgramSpec;
  readonly name: string;
  readonly entry: boolean;
  readonly instructions: readonly Instruction[];
  /** Slot of the program where it begins. */
  readonly slot: number;
}

function cut(programs: readonly ProgramSpec[]): Part[] {
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
function addressedMaps(programs: readonly ProgramSpec[]): ReadonlySet<string> {
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

  /** Where a function of a program is, bytes into this section. */
  offsetOf(program: ProgramSpec, slot: number): number {
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

/** `.BTF.ext`: the type of each function, which the kernel asks for where helpers call them. */
function functionInfo(btf: BtfBuilder, sections: readonly CodeSection[]): Uint8Array {
  const HEADER_BYTES = 24;
  const RECORD_BYTES = 8;
  const add = functionTypes(btf);
  const words: number[] = [RECORD_BYTES];
  for (const { name, functions } of sections) {
    words.push(btf.string(name), functions.length);
    for (const { name: called, entry, offset } of functions)
      words.push(offset, add(called, entry ? 'global' : 'static'));
  }
  const bytes = new Uint8Array(HEADER_BYTES + words.length * 4);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0xeb9f, true);
  view.setUint8(2, 1);
  const infoBytes = words.length * 4;
  for (const [index, word] of [HEADER_BYTES, 0, infoBytes, infoBytes, 0].entries())
    view.setUint32(4 + index * 4, word, true);
  for (const [index, word] of words.entries()) view.setUint32(HEADER_BYTES + index * 4, word, true);
  return bytes;
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
