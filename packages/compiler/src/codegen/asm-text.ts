import { type CollectionSpec, disassembleOne, LDDW, type ProgramSpec } from '@bpfleet/bpf';

/** The programs of a collection as the kernel writes instructions, with the lines of the source they come from. */
export function asmText(spec: CollectionSpec, source: string): string {
  const lines = source.split('\n');
  return spec.programs.map((program) => programText(program, lines)).join('\n');
}

function programText(program: ProgramSpec, lines: readonly string[]): string {
  const starts = new Map(program.sourceLines.map(({ instruction, line }) => [instruction, line]));
  let text = `program ${program.name}\n`;
  let slot = 0;
  let shown: number | undefined;
  for (const [index, instruction] of program.instructions.entries()) {
    const line = starts.get(index);
    if (line !== undefined && line !== shown) {
      shown = line;
      text += `; ${line}: ${(lines[line - 1] ?? '').trim()}\n`;
    }
    text += `${String(slot).padStart(4)}: ${disassembleOne(instruction)}\n`;
    slot += instruction.opcode === LDDW ? 2 : 1;
  }
  return text;
}
