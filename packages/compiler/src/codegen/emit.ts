import {
  type AluOperation,
  fitsImmediate,
  type Instruction,
  InstructionBuilder,
  type JumpCondition,
  type Label,
  Register,
} from '@bpfleet/bpf';
import type { BinaryOperation, CallArgument, Comparison, IrFunction, IrInstruction, Terminator } from '../ir/ir.ts';
import type { Operand, Place } from '../ir/value.ts';
import { sequenceMoves } from './parallel-move.ts';
import { type Allocation, allocateRegisters, type Location } from './regalloc.ts';
import { StackLayout } from './stack.ts';

export interface EmittedProgram {
  readonly instructions: readonly Instruction[];
  /** Offsets in the source, by the index of the instruction they begin at. */
  readonly positions: readonly Position[];
  /** Where each function begins, the program itself first. */
  readonly functions: readonly EmittedFunction[];
}

const aluOperations: Readonly<Record<BinaryOperation, AluOperation>> = {
  add: 'ADD',
  sub: 'SUB',
  mul: 'MUL',
  udiv: 'DIV',
  umod: 'MOD',
  sdiv: 'SDIV',
  smod: 'SMOD',
  and: 'AND',
  or: 'OR',
  xor: 'XOR',
  shl: 'LSH',
  ushr: 'RSH',
  sshr: 'ARSH',
};

const commutative: readonly BinaryOperation[] = ['add', 'mul', 'and', 'or', 'xor'];

const conditions: Readonly<Record<Comparison, JumpCondition>> = {
  eq: 'JEQ',
  ne: 'JNE',
  ult: 'JLT',
  ule: 'JLE',
  ugt: 'JGT',
  uge: 'JGE',
  slt: 'JSLT',
  sle: 'JSLE',
  sgt: 'JSGT',
  sge: 'JSGE',
};

const inverses: Readonly<Record<Comparison, Comparison>> = {
  eq: 'ne',
  ne: 'eq',
  ult: 'uge',
  ule: 'ugt',
  ugt: 'ule',
  uge: 'ult',
  slt: 'sge',
  sle: 'sgt',
  sgt: 'sle',
  sge: 'slt',
};

/** Registers for values that are on the stack or are constants: first operand and result, second operand. */
const FIRST = Register.R0;
const SECOND = Register.R1;

/**
 * Chooses registers and writes the instructions of one program, then those of its callbacks. Throws
 * StackOverflowError and JumpRangeError.
 */
export function emitProgram(program: IrFunction): EmittedProgram {
  const out = new InstructionBuilder();
  const positions: Position[] = [];
  const functions: EmittedFunction[] = [];
  const emitFunction = (one: IrFunction, label: Label | undefined, callerBytes: number) => {
    if (label !== undefined) out.place(label);
    functions.push({ instruction: out.length, name: one.name });
    const allocation = allocateRegisters(one);
    const stack = new StackLayout(one, allocation, callerBytes);
    const callbacks = one.callbacks.map(() => out.label());
    new Emitter(one, allocation, stack, { out, positions, callbacks }).run();
    for (const [index, callback] of one.callbacks.entries()) emitFunction(callback, callbacks[index], stack.bytes);
  };
  emitFunction(program, undefined, 0);
  return { instructions: out.build(), positions, functions };
}

interface Position {
  readonly instruction: number;
  readonly position: number;
}

interface EmittedFunction {
  readonly instruction: number;
  readonly name: string;
}

class Emitter {
  readonly #program: IrFunction;
  readonly #allocation: Allocation;
  readonly #stack: StackLayout;
  readonly #out: InstructionBuilder;
  readonly #labels = new Map<number, Label>();
  readonly #callbacks: readonly Label[];
  readonly #positions: Position[];

  constructor(
    program: IrFunction,
    allocation: Allocation,
    stack: StackLayout,
    into: { readonly out: InstructionBuilder; readonly positions: Position[]; readonly callbacks: readonly Label[] },
  ) {
    this.#program = program;
    this.#allocation = allocation;
    this.#stack = stack;
    this.#out = into.out;
    this.#positions = into.positions;
    this.#callbacks = into.callbacks;
  }

  run(): void {
    const { blocks } = this.#program;
    for (const [index, block] of blocks.entries()) {
      this.#out.place(this.#label(block.id));
      if (index === 0) this.#parameters(block.instructions.filter((instruction) => instruction.kind === 'parameter'));
      for (const instruction of block.instructions) {
        this.#mark(instruction.position);
        this.#instruction(instruction);
      }
      this.#mark(block.terminator.position);
      this.#terminator(block.terminator, blocks[index + 1]?.id);
    }
  }

  #mark(position: number): void {
    const last = this.#positions.at(-1);
    if (last?.position === position) return;
    if (last?.instruction === this.#out.length) this.#positions.pop();
    this.#positions.push({ instruction: this.#out.length, position });
  }

  #instruction(instruction: IrInstruction): void {
    const out = this.#out;
    switch (instruction.kind) {
      case 'copy': {
        const target = this.#target(instruction.result);
        this.#into(target, instruction.source);
        this.#finish(instruction.result, target);
        return;
      }
      case 'binary':
        this.#binary(instruction);
        return;
      case 'negate': {
        const target = this.#target(instruction.result);
        this.#into(target, instruction.source);
        out.negate(target);
        this.#finish(instruction.result, target);
        return;
      }
      case 'swap': {
        const target = this.#target(instruction.result);
        this.#into(target, instruction.source);
        out.swap(instruction.bits, target);
        this.#finish(instruction.result, target);
        return;
      }
      case 'load': {
        const target = this.#target(instruction.result);
        const { base, offset } = this.#base(instruction.place);
        out.load(instruction.size, target, base, offset);
        this.#finish(instruction.result, target);
        return;
      }
      case 'store': {
        const { base, offset } = this.#base(instruction.place);
        const { value, size } = instruction;
        if (typeof value === 'bigint' && fitsImmediate(value)) out.storeImmediate(size, base, offset, value);
        else out.store(size, base, offset, this.#read(value, SECOND));
        return;
      }
      case 'atomic-add': {
        const { base, offset } = this.#base(instruction.place);
        out.atomicAdd(base, offset, this.#read(instruction.value, SECOND));
        return;
      }
      case 'atomic-fetch-add': {
        const { base, offset } = this.#base(instruction.place);
        this.#into(SECOND, instruction.value);
        out.atomicFetchAdd(base, offset, SECOND);
        this.#store(instruction.result, SECOND);
        return;
      }
      case 'address': {
        const target = this.#target(instruction.result);
        this.#address(target, instruction.place);
        this.#finish(instruction.result, target);
        return;
      }
      case 'map-value': {
        const target = this.#target(instruction.result);
        out.mapValue(target, instruction.map, instruction.offset);
        this.#finish(instruction.result, target);
        return;
      }
      case 'parameter':
        return;
      case 'scratch': {
        const target = this.#target(instruction.result);
        this.#into(target, this.#scratch());
        this.#finish(instruction.result, target);
        return;
      }
      case 'call':
        this.#arguments(instruction.arguments);
        out.call(instruction.helper);
        if (instruction.result !== undefined) this.#store(instruction.result, Register.R0);
        return;
    }
  }

  /** All at once at the entry: none may be overwritten before it is taken. */
  #parameters(list: readonly (IrInstruction & { kind: 'parameter' })[]): void {
    const moves: { from: number; to: number }[] = [];
    for (const { index, result } of list) {
      const to = this.#registerOf(result);
      if (to === undefined) this.#store(result, Register.R1 + index);
      else moves.push({ from: Register.R1 + index, to });
    }
    for (const { from, to } of sequenceMoves(moves, FIRST)) this.#out.move(to, from);
  }

  #binary({ operation, result, left, right }: IrInstruction & { kind: 'binary' }): void {
    const target = this.#target(result);
    const rightRegister = typeof right === 'number' ? this.#registerOf(right) : undefined;
    if (rightRegister === target && commutative.includes(operation)) {
      // Two operands that share a register are the same: x + x.
      this.#apply(operation, target, left, SECOND);
    } else if (rightRegister === target && this.#registerOf(left) !== target) {
      this.#out.move(SECOND, target);
      this.#into(target, left);
      this.#out.alu(aluOperations[operation], target, SECOND);
    } else {
      this.#into(target, left);
      this.#apply(operation, target, right, SECOND);
    }
    this.#finish(result, target);
  }

  #apply(operation: BinaryOperation, target: number, right: Operand, spare: number): void {
    if (typeof right === 'bigint' && fitsImmediate(right)) {
      this.#out.aluImmediate(aluOperations[operation], target, right);
    } else {
      this.#out.alu(aluOperations[operation], target, this.#read(right, spare));
    }
  }

  #terminator(terminator: Terminator, next: number | undefined): void {
    const out = this.#out;
    switch (terminator.kind) {
      case 'jump':
        if (terminator.target !== next) out.jump(this.#label(terminator.target));
        return;
      case 'return':
        this.#into(Register.R0, terminator.value);
        out.exit();
        return;
      case 'branch': {
        const { then, otherwise } = terminator;
        const inverted = then === next;
        const comparison = inverted ? inverses[terminator.comparison] : terminator.comparison;
        this.#jumpIf(comparison, terminator.left, terminator.right, inverted ? otherwise : then);
        if (!inverted && otherwise !== next) out.jump(this.#label(otherwise));
        return;
      }
    }
  }

  #jumpIf(comparison: Comparison, left: number, right: Operand, target: number): void {
    const register = this.#read(left, FIRST);
    const condition = conditions[comparison];
    if (typeof right === 'bigint' && fitsImmediate(right)) {
      this.#out.jumpIfImmediate(condition, register, right, this.#label(target));
    } else {
      this.#out.jumpIf(condition, register, this.#read(right, SECOND), this.#label(target));
    }
  }

  /** Registers first, all at once; then what comes from elsewhere, which reads none of R1-R5 but the bases. */
  #arguments(list: readonly CallArgument[]): void {
    const moves: { from: number; to: number }[] = [];
    const later: (() => void)[] = [];
    for (const [index, argument] of list.entries()) {
      const to = index + 1;
      const from = this.#argumentRegister(argument);
      if (from !== undefined) {
        moves.push({ from, to });
        if (argument.kind === 'address') {
          const offset = this.#offsetOf(argument.place);
          later.push(() => this.#addOffset(to, offset));
        }
      } else if (argument.kind === 'map') later.push(() => this.#out.map(to, argument.map));
      else if (argument.kind === 'callback')
        later.push(() => this.#out.functionAddress(to, this.#callback(argument.index)));
      else if (argument.kind === 'address') later.push(() => this.#address(to, argument.place));
      else later.push(() => this.#into(to, argument.operand));
    }
    for (const { from, to } of sequenceMoves(moves, FIRST)) this.#out.move(to, from);
    for (const load of later) load();
  }

  #argumentRegister(argument: CallArgument): number | undefined {
    if (argument.kind === 'operand') return this.#registerOf(argument.operand);
    if (argument.kind !== 'address') return undefined;
    const { base } = argument.place;
    if (base.kind === 'register') return this.#registerOf(base.register);
    return this.#stack.object(base.object).storage === 'stack' ? undefined : this.#registerOf(this.#scratch());
  }

  /** Of a place from its base: the register, the frame pointer or the scratch memory. */
  #offsetOf({ base, offset }: Place): number {
    return base.kind === 'register' ? offset : this.#stack.object(base.object).offset + offset;
  }

  /** Puts the address of a place in a register. */
  #address(target: number, { base, offset }: Place): void {
    if (base.kind === 'register') {
      this.#into(target, base.register);
      this.#addOffset(target, offset);
      return;
    }
    const object = this.#stack.object(base.object);
    if (object.storage === 'stack') this.#out.move(target, Register.R10);
    else this.#into(target, this.#scratch());
    this.#addOffset(target, object.offset + offset);
  }

  #addOffset(target: number, offset: number): void {
    if (offset !== 0) this.#out.aluImmediate('ADD', target, BigInt(offset));
  }

  /** A register and an offset that a load or store can use. */
  #base({ base, offset }: Place): { base: number; offset: number } {
    if (base.kind === 'register') return { base: this.#read(base.register, FIRST), offset };
    const object = this.#stack.object(base.object);
    if (object.storage === 'stack') return { base: Register.R10, offset: object.offset + offset };
    return { base: this.#read(this.#scratch(), FIRST), offset: object.offset + offset };
  }

  #scratch(): number {
    const { scratch } = this.#program;
    if (scratch === undefined) throw new Error('there is no scratch memory');
    return scratch;
  }

  /** The register that holds an operand, loaded into `spare` where it is not in one. */
  #read(operand: Operand, spare: number): number {
    const register = this.#registerOf(operand);
    if (register !== undefined) return register;
    this.#into(spare, operand);
    return spare;
  }

  #into(target: number, operand: Operand): void {
    if (typeof operand === 'bigint') {
      this.#out.constant(target, operand);
      return;
    }
    const location = this.#location(operand);
    if (location.kind === 'slot') this.#out.load(8, target, Register.R10, this.#stack.slotOffset(location.slot));
    else if (location.register !== target) this.#out.move(target, location.register);
  }

  /** Where a result is computed: its register, or a spare one that finish() stores. */
  #target(result: number): number {
    return this.#registerOf(result) ?? FIRST;
  }

  #finish(result: number, target: number): void {
    if (this.#registerOf(result) === undefined) this.#store(result, target);
  }

  #store(result: number, from: number): void {
    const location = this.#location(result);
    if (location.kind === 'slot') this.#out.store(8, Register.R10, this.#stack.slotOffset(location.slot), from);
    else if (location.register !== from) this.#out.move(location.register, from);
  }

  #registerOf(operand: Operand): number | undefined {
    if (typeof operand === 'bigint') return undefined;
    const location = this.#location(operand);
    return location.kind === 'register' ? location.register : undefined;
  }

  #location(register: number): Location {
    const location = this.#allocation.locations.get(register);
    if (location === undefined) throw new Error(`register ${register} has no place`);
    return location;
  }

  #callback(index: number): Label {
    const label = this.#callbacks[index];
    if (label === undefined) throw new Error(`there is no callback ${index}`);
    return label;
  }

  #label(block: number): Label {
    const known = this.#labels.get(block);
    if (known !== undefined) return known;
    const label = this.#out.label();
    this.#labels.set(block, label);
    return label;
  }
}
