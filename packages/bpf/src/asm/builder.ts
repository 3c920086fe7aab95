import { slotStarts } from './encode.ts';
import type { HelperName } from './helper.ts';
import { Helper } from './helper.ts';
import type { Instruction } from './instruction.ts';
import { MAX_JUMP } from './limits.ts';
import { Alu, Atomic, Class, Jump, LDDW, Mode, PseudoSource, Size, Source } from './opcode.ts';

/** SDIV and SMOD are DIV and MOD with offset 1. Kernel 6.6. */
export type AluOperation = Exclude<keyof typeof Alu, 'MOV' | 'NEG' | 'END'> | 'SDIV' | 'SMOD';
export type JumpCondition = Exclude<keyof typeof Jump, 'JA' | 'CALL' | 'EXIT'>;
export type ByteSize = 1 | 2 | 4 | 8;

/** A place in the program that jumps can name before it is known. */
export type Label = number;

/** A jump that its 16-bit offset cannot express. */
export class JumpRangeError extends Error {
  readonly code = 'jump-range';
}

const sizes: Record<ByteSize, number> = { 1: Size.B, 2: Size.H, 4: Size.W, 8: Size.DW };

function aluCode(operation: AluOperation): { readonly code: number; readonly offset: number } {
  if (operation === 'SDIV') return { code: Alu.DIV, offset: 1 };
  if (operation === 'SMOD') return { code: Alu.MOD, offset: 1 };
  return { code: Alu[operation], offset: 0 };
}

/** Whether a value fits the sign-extended 32-bit immediate of most instructions. */
export function fitsImmediate(value: bigint): boolean {
  return value === BigInt.asIntN(32, value);
}

/** Writes 64-bit instructions one after the other and resolves jumps to labels at the end. */
export class InstructionBuilder {
  readonly #instructions: Instruction[] = [];
  readonly #jumps: { readonly index: number; readonly label: Label }[] = [];
  /** Index of the instruction that follows each label. */
  readonly #labels: (number | undefined)[] = [];

  /** How many instructions there are so far. */
  get length(): number {
    return this.#instructions.length;
  }

  label(): Label {
    return this.#labels.push(undefined) - 1;
  }

  place(label: Label): void {
    this.#labels[label] = this.#instructions.length;
  }

  move(dst: number, src: number): void {
    this.#push(Class.ALU64 | Alu.MOV | Source.X, dst, src, 0, 0n);
  }

  /** Loads a constant with the shortest instruction. */
  constant(dst: number, value: bigint): void {
    const signed = BigInt.asIntN(64, value);
    if (fitsImmediate(signed)) this.#push(Class.ALU64 | Alu.MOV | Source.K, dst, 0, 0, signed);
    else this.#push(LDDW, dst, 0, 0, signed);
  }

  map(dst: number, map: string): void {
    this.#instructions.push({ opcode: LDDW, dst, src: PseudoSource.MAP_FD, offset: 0, imm: 0n, map });
  }

  /** Address of a byte in the one element of an array map: no look-up, never null. Kernel 5.2. */
  mapValue(dst: number, map: string, offset: number): void {
    this.#instructions.push({ opcode: LDDW, dst, src: PseudoSource.MAP_VALUE, offset: 0, imm: BigInt(offset), map });
  }

  /** Address of a function of this program, for helpers that call it. Kernel 5.13. */
  functionAddress(dst: number, label: Label): void {
    this.#jumps.push({ index: this.length, label });
    this.#push(LDDW, dst, PseudoSource.FUNCTION, 0, 0n);
  }

  alu(operation: AluOperation, dst: number, src: number): void {
    const { code, offset } = aluCode(operation);
    this.#push(Class.ALU64 | code | Source.X, dst, src, offset, 0n);
  }

  aluImmediate(operation: AluOperation, dst: number, imm: bigint): void {
    const { code, offset } = aluCode(operation);
    this.#push(Class.ALU64 | code | Source.K, dst, 0, offset, imm);
  }

  negate(dst: number): void {
    this.#push(Class.ALU64 | Alu.NEG, dst, 0, 0, 0n);
  }

  /** Reverses the low bytes and clears what is above: both architectures are little endian. */
  swap(bits: 16 | 32 | 64, dst: number): void {
    this.#push(Class.ALU | Alu.END | Source.X, dst, 0, 0, BigInt(bits));
  }

  load(size: ByteSize, dst: number, base: number, offset: number): void {
    this.#push(Class.LDX | Mode.MEM | sizes[size], dst, base, offset, 0n);
  }

  store(size: ByteSize, base: number, offset: number, src: number): void {
    this.#push(Class.STX | Mode.MEM | sizes[size], base, src, offset, 0n);
  }

  storeImmediate(size: ByteSize, base: number, offset: number, imm: bigint): void {
    this.#push(Class.ST | Mode.MEM | sizes[size], base, 0, offset, imm);
  }

  atomicAdd(base: number, offset: number, src: number): void {
    this.#push(Class.STX | Mode.ATOMIC | Size.DW, base, src, offset, BigInt(Atomic.ADD));
  }

  /** As atomicAdd, and leaves the value before in `src`. Kernel 5.12. */
  atomicFetchAdd(base: number, offset: number, src: number): void {
    this.#push(Class.STX | Mode.ATOMIC | Size.DW, base, src, offset, BigInt(Atomic.ADD | Atomic.FETCH));
  }

  jump(label: Label): void {
    this.#jumps.push({ index: this.length, label });
    this.#push(Class.JMP | Jump.JA, 0, 0, 0, 0n);
  }

  jumpIf(condition: JumpCondition, dst: number, src: number, label: Label): void {
    this.#jumps.push({ index: this.length, label });
    this.#push(Class.JMP | Jump[condition] | Source.X, dst, src, 0, 0n);
  }

  jumpIfImmediate(condition: JumpCondition, dst: number, imm: bigint, label: Label): void {
    this.#jumps.push({ index: this.length, label });
    this.#push(Class.JMP | Jump[condition] | Source.K, dst, 0, 0, imm);
  }

  call(helper: HelperName): void {
    this.#push(Class.JMP | Jump.CALL, 0, 0, 0, BigInt(Helper[helper]));
  }

  exit(): void {
    this.#push(Class.JMP | Jump.EXIT, 0, 0, 0, 0n);
  }

  /** The finished instructions. Throws JumpRangeError where a jump is too far. */
  build(): Instruction[] {
    const slots = slotStarts(this.#instructions);
    const built = this.#instructions.slice();
    for (const { index, label } of this.#jumps) {
      const target = this.#labels[label];
      const jump = built[index];
      if (target === undefined || jump === undefined) throw new Error(`label ${label} was never placed`);
      const offset = (slots[target] ?? 0) - (slots[index] ?? 0) - 1;
      if (jump.opcode === LDDW) {
        built[index] = { ...jump, imm: BigInt.asUintN(32, BigInt(offset)) };
        continue;
      }
      if (Math.abs(offset) > MAX_JUMP)
        throw new JumpRangeError(`a jump over ${Math.abs(offset)} instructions is too far`);
      built[index] = { ...jump, offset };
    }
    return built;
  }

  #push(opcode: number, dst: number, src: number, offset: number, imm: bigint): void {
    this.#instructions.push({ opcode, dst, src, offset, imm });
  }
}
