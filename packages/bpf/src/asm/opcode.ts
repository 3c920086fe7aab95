/** Parts of the opcode byte. Source: the kernel's Documentation/bpf/standardization/instruction-set.rst. */

/** Instruction classes, in the three low bits. */
export const Class = {
  LD: 0x00,
  LDX: 0x01,
  ST: 0x02,
  STX: 0x03,
  ALU: 0x04,
  JMP: 0x05,
  JMP32: 0x06,
  ALU64: 0x07,
} as const;

/** Sizes of loads and stores. */
export const Size = { W: 0x00, H: 0x08, B: 0x10, DW: 0x18 } as const;

/** Modes of loads and stores. MEMSX needs kernel 6.6. */
export const Mode = { IMM: 0x00, MEM: 0x60, MEMSX: 0x80, ATOMIC: 0xc0 } as const;

/** Whether the second operand is the immediate or a register. */
export const Source = { K: 0x00, X: 0x08 } as const;

export const Alu = {
  ADD: 0x00,
  SUB: 0x10,
  MUL: 0x20,
  DIV: 0x30,
  OR: 0x40,
  AND: 0x50,
  LSH: 0x60,
  RSH: 0x70,
  NEG: 0x80,
  MOD: 0x90,
  XOR: 0xa0,
  MOV: 0xb0,
  ARSH: 0xc0,
  END: 0xd0,
} as const;

export const Jump = {
  JA: 0x00,
  JEQ: 0x10,
  JGT: 0x20,
  JGE: 0x30,
  JSET: 0x40,
  JNE: 0x50,
  JSGT: 0x60,
  JSGE: 0x70,
  CALL: 0x80,
  EXIT: 0x90,
  JLT: 0xa0,
  JLE: 0xb0,
  JSLT: 0xc0,
  JSLE: 0xd0,
} as const;

/** Immediates of atomic operations. Those with FETCH, XCHG and CMPXCHG need kernel 5.12. */
export const Atomic = { ADD: 0x00, OR: 0x40, AND: 0x50, XOR: 0xa0, FETCH: 0x01, XCHG: 0xe1, CMPXCHG: 0xf1 } as const;

/**
 * Pseudo sources of a 64-bit immediate load: a map, the address of the first value of an array map, or a function of
 * the same program, `imm` slots after the next.
 */
export const PseudoSource = { MAP_FD: 1, MAP_VALUE: 2, FUNCTION: 4 } as const;

/** In the source register of a call: of a function of the program itself, by how far it is. */
export const PSEUDO_CALL = 1;

/** The opcode of `lddw`, the one instruction that takes two slots. */
export const LDDW = Class.LD | Mode.IMM | Size.DW;

export function classOf(opcode: number): number {
  return opcode & 0x07;
}
