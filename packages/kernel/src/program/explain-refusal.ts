import type { Instruction, ProgramSpec, SourceLine } from '@bpfleet/bpf';
import { refusalText } from './refusal-text.ts';
import { readVerifierLog } from './verifier-log.ts';

const LDDW = 0x18;

/** Why a program was refused, for a person. */
export interface Refusal {
  readonly reason: string;
  /** Index into `ProgramSpec.instructions`. */
  readonly instruction: number | null;
  readonly source: SourceLine | null;
}

export function explainRefusal(spec: ProgramSpec, log: string): Refusal {
  const { reason, slot } = readVerifierLog(log);
  const instruction = slot === null ? null : instructionAtSlot(spec.instructions, slot);
  return {
    reason: refusalText(reason),
    instruction,
    source: instruction === null ? null : sourceOf(spec.sourceLines, instruction),
  };
}

/** The kernel counts slots, where `lddw` takes two. Null beyond the end. */
export function instructionAtSlot(instructions: readonly Instruction[], slot: number): number | null {
  let next = 0;
  for (const [index, instruction] of instructions.entries()) {
    next += instruction.opcode === LDDW ? 2 : 1;
    if (slot < next) return index;
  }
  return null;
}

/** The last line that starts at or before the instruction. */
function sourceOf(lines: readonly SourceLine[], instruction: number): SourceLine | null {
  let found: SourceLine | null = null;
  for (const line of lines) {
    if (line.instruction <= instruction && (found === null || line.instruction >= found.instruction)) found = line;
  }
  return found;
}
