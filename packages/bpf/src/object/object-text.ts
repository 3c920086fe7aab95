import { decode } from '../asm/decode.ts';
import { disassembleOne } from '../asm/disassemble.ts';
import type { Instruction } from '../asm/instruction.ts';
import { SLOT_BYTES } from '../asm/limits.ts';
import { LDDW, PSEUDO_CALL, PseudoSource } from '../asm/opcode.ts';
import { type CodeReference, codeReferences } from '../elf/code-references.ts';
import type { ObjectSection } from '../elf/object-section.ts';
import { sectionFunctions } from '../elf/section-functions.ts';

/** `SHF_EXECINSTR` (elf(5)). */
const EXECUTABLE = 4n;

/**
 * The programs of an object as text, a line an instruction, with the names of maps, sections and functions that they refer to: as clang
 * wrote them, before libbpf has fitted them to a kernel. `sections` as `readObject` gives them. Throws ElfError.
 */
export function objectText(sections: readonly ObjectSection[]): string {
  const functions = sectionFunctions(sections);
  return sections
    .flatMap(({ name, flags, bytes }, index) => {
      if ((BigInt(flags) & EXECUTABLE) === 0n || bytes.length === 0) return [];
      const references = codeReferences(sections, index);
      const begins = (functions.get(index) ?? []).toSorted((a, b) => a.at - b.at);
      const whole = begins[0]?.at === 0 ? begins : [{ name: '', at: 0 }, ...begins];
      return whole.map((each, place) => {
        const code = bytes.subarray(each.at, whole[place + 1]?.at);
        return `program ${each.name} (${name})\n${linesOf(code, each.at, references)}`;
      });
    })
    .join('\n');
}

function linesOf(code: Uint8Array, from: number, references: ReadonlyMap<number, CodeReference>): string {
  let slot = 0;
  let text = '';
  for (const each of decode(code) ?? []) {
    text += `${String(slot).padStart(4)}: ${lineOf(each, references.get(from + slot * SLOT_BYTES))}\n`;
    slot += each.opcode === LDDW ? 2 : 1;
  }
  return text;
}

function lineOf(each: Instruction, to: CodeReference | undefined): string {
  if (to === undefined) return disassembleOne(each);
  if (each.opcode !== LDDW) {
    const text = disassembleOne(each);
    return each.src === PSEUDO_CALL && to.symbol !== '' ? `${text} <${to.symbol}>` : text;
  }
  if (to.section === '.maps') return disassembleOne({ ...each, src: PseudoSource.MAP_FD, map: to.symbol });
  // Variables of the kernel's configuration, and functions, are in no section of values.
  if (!/^\.(bss|data|rodata)/.test(to.section)) return `${disassembleOne(each)} <${to.symbol}>`;
  return disassembleOne({ ...each, src: PseudoSource.MAP_VALUE, map: to.section, imm: each.imm + BigInt(to.at) });
}
