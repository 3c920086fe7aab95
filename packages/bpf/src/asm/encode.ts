import type { Instruction } from './instruction.ts';
import { SLOT_BYTES } from './limits.ts';
import { LDDW, PseudoSource } from './opcode.ts';

/** An instruction that cannot be encoded: a field out of range, or a map nobody knows. */
export class EncodeError extends Error {
  readonly code = 'encode';
  readonly instruction: number;

  constructor(instruction: number, message: string) {
    super(`instruction ${instruction}: ${message}`);
    this.name = 'EncodeError';
    this.instruction = instruction;
  }
}

/** Slots that instructions take once encoded. */
export function slotCount(instructions: readonly Instruction[]): number {
  return instructions.reduce((slots, instruction) => slots + (instruction.opcode === LDDW ? 2 : 1), 0);
}

/** The slot where each instruction begins, and behind them the one after the last. */
export function slotStarts(instructions: readonly Instruction[]): number[] {
  const starts: number[] = [];
  let slot = 0;
  for (const { opcode } of instructions) {
    starts.push(slot);
    slot += opcode === LDDW ? 2 : 1;
  }
  return [...starts, slot];
}

/**
 * Little-endian bytes for the kernel. `mapFd` gives the file descriptor of a map by its name in the collection.
 * Of a MAP_VALUE load, `imm` is the offset in the value.
 * Throws EncodeError.
 */
export function encode(
  instructions: readonly Instruction[],
  mapFd: (name: string) => number | undefined = () => undefined,
): Uint8Array {
  const bytes = new Uint8Array(slotCount(instructions) * SLOT_BYTES);
  const view = new DataView(bytes.buffer);
  let position = 0;
  for (const [index, instruction] of instructions.entries()) {
    const { opcode, dst, src, offset, imm } = instruction;
    if (offset < -0x8000 || offset > 0x7fff) throw new EncodeError(index, `offset ${offset} does not fit 16 bits`);
    if (dst < 0 || dst > 15 || src < 0 || src > 15) throw new EncodeError(index, 'no such register');
    view.setUint8(position, opcode);
    view.setUint8(position + 1, dst | (src << 4));
    view.setInt16(position + 2, offset, true);
    if (opcode === LDDW) {
      const value = instruction.map === undefined ? imm : mapImmediate(index, instruction, instruction.map, mapFd);
      if (value !== BigInt.asIntN(64, value) && value !== BigInt.asUintN(64, value)) {
        throw new EncodeError(index, `immediate ${imm} does not fit 64 bits`);
      }
      view.setInt32(position + 4, Number(BigInt.asIntN(32, value)), true);
      view.setInt32(position + 12, Number(BigInt.asIntN(32, value >> 32n)), true);
      position += 2 * SLOT_BYTES;
    } else {
      if (imm !== BigInt.asIntN(32, imm)) throw new EncodeError(index, `immediate ${imm} does not fit 32 bits`);
      view.setInt32(position + 4, Number(imm), true);
      position += SLOT_BYTES;
    }
  }
  return bytes;
}

function mapImmediate(
  index: number,
  instruction: Instruction,
  map: string,
  mapFd: (name: string) => number | undefined,
): bigint {
  const fd = mapFd(map);
  if (fd === undefined) throw new EncodeError(index, `no map is named ${map}`);
  const low = BigInt.asUintN(32, BigInt(fd));
  return instruction.src === PseudoSource.MAP_VALUE ? (BigInt.asUintN(32, instruction.imm) << 32n) | low : low;
}
