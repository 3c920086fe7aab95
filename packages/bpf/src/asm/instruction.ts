/**
 * One eBPF instruction; `lddw` is one instruction here and two slots when encoded.
 * Source of the format: the kernel's Documentation/bpf/standardization/instruction-set.rst.
 */
export interface Instruction {
  /** The opcode byte. */
  readonly opcode: number;
  /** Destination register, 0 to 10. */
  readonly dst: number;
  /** Source register, or the pseudo source of lddw and call. */
  readonly src: number;
  /** Signed 16 bits. Of jumps: in slots, once labels are resolved. */
  readonly offset: number;
  /** Signed 32 bits; of lddw 64. */
  readonly imm: bigint;
  /** lddw of a map: its name in the collection, put in place when the collection is loaded. */
  readonly map?: string;
}
