import type { Instruction } from './instruction.ts';
import { SLOT_BYTES } from './limits.ts';
import { LDDW } from './opcode.ts';

/** The instructions of little-endian bytes; undefined where they are cut short. Map names are not in the bytes. */
export function decode(bytes: Uint8Array): Instruction[] | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const instructions: Instruction[] = [];
  let position = 0;
  while (position < bytes.length) {
    const opcode = bytes[position] ?? 0;
    const length = opcode === LDDW ? 2 * SLOT_BYTES : SLOT_BYTES;
    if (position + length > bytes.length) return undefined;
    const registers = view.getUint8(position + 1);
    const low = view.getInt32(position + 4, true);
    const imm =
      opcode === LDDW
        ? (BigInt(view.getInt32(position + 12, true)) << 32n) | BigInt.asUintN(32, BigInt(low))
        : BigInt(low);
    instructions.push({
      opcode,
      dst: registers & 0x0f,
      src: registers >> 4,
      offset: view.getInt16(position + 2, true),
      imm,
    });
    position += length;
  }
  return instructions;
}
