import type { ByteSize, HelperName } from '@bpfleet/bpf';
import { toSigned } from '../types/arithmetic.ts';
import { compareConstants, foldBinary } from './fold.ts';
import { Frame } from './frame.ts';
import type {
  BinaryOperation,
  CallArgument,
  Comparison,
  IrBlock,
  IrFunction,
  IrInstruction,
  Terminator,
} from './ir.ts';
import type { Operand, Place } from './value.ts';

interface OpenBlock {
  readonly id: number;
  readonly instructions: IrInstruction[];
  terminator?: Terminator;
}

type Unpositioned = IrInstruction extends infer I ? (I extends unknown ? Omit<I, 'position'> : never) : never;

/** Instructions and blocks of one program: jumps reach 32,767 slots. */
const MAX_PROGRAM = 20_000;

/** A program that grew beyond what jumps can reach; nothing is built any further. */
export class ProgramTooLargeError extends Error {
  readonly code = 'program-too-large';
}

/** Writes the blocks of one program; constants are folded as they come. */
export class FunctionBuilder {
  readonly frame: Frame;
  /** Offset in the source of what is being written. */
  position = 0;
  /** Where `return` leads to, while what is written is only a part of the program. */
  returnsTo: number | undefined;
  readonly #name: string;
  readonly #limit: number;
  readonly #blocks: OpenBlock[] = [];
  /** Blocks in the order they were begun, which is the order they are laid out in. */
  #order: OpenBlock[] = [];
  #current: OpenBlock;
  #size = 0;
  #registers = 0;
  readonly #parameters = new Map<number, number>();
  readonly #callbacks: IrFunction[] = [];
  #context: number | undefined;
  #scratch: number | undefined;

  constructor(name: string, frame = new Frame(), limit = MAX_PROGRAM) {
    this.#name = name;
    this.frame = frame;
    this.#limit = limit;
    this.newBlock();
    this.#current = this.#blocks[0] as OpenBlock;
    this.#order.push(this.#current);
    // The entry block is filled by finish(): what it holds is known last.
    const body = this.newBlock();
    this.#current.terminator = { kind: 'jump', target: body, position: 0 };
    this.startBlock(body);
  }

  newRegister(): number {
    return this.#registers++;
  }

  newBlock(): number {
    this.#grow();
    this.#blocks.push({ id: this.#blocks.length, instructions: [] });
    return this.#blocks.length - 1;
  }

  startBlock(id: number): void {
    this.#current = this.#blocks[id] as OpenBlock;
    this.#order.push(this.#current);
  }

  /** Whether what comes next can never run: the block has ended. */
  get ended(): boolean {
    return this.#current.terminator !== undefined;
  }

  /** The program's context. */
  context(): number {
    this.#context ??= this.parameter(0);
    return this.#context;
  }

  /** In a callback: where the program's context was found. */
  setContext(register: number): void {
    this.#context = register;
  }

  /** An argument of the function, from 0. */
  parameter(index: number): number {
    const known = this.#parameters.get(index);
    if (known !== undefined) return known;
    const register = this.newRegister();
    this.#parameters.set(index, register);
    return register;
  }

  /** Address of the scratch memory, for callbacks. */
  scratchBase(): number {
    const result = this.newRegister();
    this.frame.scratchBytes = Math.max(this.frame.scratchBytes, 8);
    this.#emit({ kind: 'scratch', result });
    return result;
  }

  /** A function that helpers may call; gives its index among the callbacks of the program. */
  addCallback(callback: IrFunction): number {
    return this.#callbacks.push(callback) - 1;
  }

  copy(source: Operand): number {
    const result = this.newRegister();
    this.assign(result, source);
    return result;
  }

  assign(result: number, source: Operand): void {
    this.#emit({ kind: 'copy', result, source });
  }

  /** The operand in a register. */
  register(operand: Operand): number {
    return typeof operand === 'number' ? operand : this.copy(operand);
  }

  /** Shifts count modulo 64, as the instructions do; a constant beyond that the verifier would refuse. */
  binary(operation: BinaryOperation, left: Operand, amount: Operand): Operand {
    const shift = operation === 'shl' || operation === 'ushr' || operation === 'sshr';
    const right = shift && typeof amount === 'bigint' ? amount & 63n : amount;
    const folded = foldBinary(operation, left, right);
    if (folded !== undefined) return folded;
    const result = this.newRegister();
    this.#emit({ kind: 'binary', operation, result, left, right });
    return result;
  }

  /** Changes a register in place: one instruction, where binary() and assign() are three. */
  update(register: number, operation: BinaryOperation, right: Operand): void {
    this.#emit({ kind: 'binary', operation, result: register, left: register, right });
  }

  negate(source: Operand): Operand {
    if (typeof source === 'bigint') return toSigned(-source);
    const result = this.newRegister();
    this.#emit({ kind: 'negate', result, source });
    return result;
  }

  /** The low bits with their bytes in reverse. */
  swap(source: Operand, bits: 16 | 32 | 64): number {
    const result = this.newRegister();
    this.#emit({ kind: 'swap', result, source: this.register(source), bits });
    return result;
  }

  load(size: ByteSize, place: Place): number {
    const result = this.newRegister();
    this.#emit({ kind: 'load', result, size, place });
    return result;
  }

  store(size: ByteSize, place: Place, value: Operand): void {
    this.#emit({ kind: 'store', size, place, value });
  }

  atomicAdd(place: Place, value: Operand): void {
    this.#emit({ kind: 'atomic-add', place, value });
  }

  atomicFetchAdd(place: Place, value: Operand): number {
    const result = this.newRegister();
    this.#emit({ kind: 'atomic-fetch-add', result, place, value });
    return result;
  }

  address(place: Place): number {
    const result = this.newRegister();
    this.#emit({ kind: 'address', result, place });
    return result;
  }

  mapValue(map: string, offset: number): number {
    const result = this.newRegister();
    this.#emit({ kind: 'map-value', result, map, offset });
    return result;
  }

  call(helper: HelperName, ...list: readonly CallArgument[]): number {
    const result = this.newRegister();
    this.#emit({ kind: 'call', result, helper, arguments: list });
    return result;
  }

  jump(target: number): void {
    this.#end({ kind: 'jump', target, position: this.position });
  }

  branch(comparison: Comparison, left: Operand, right: Operand, then: number, otherwise: number): void {
    if (typeof left === 'bigint' && typeof right === 'bigint') {
      this.jump(compareConstants(comparison, left, right) ? then : otherwise);
      return;
    }
    const position = this.position;
    this.#end({ kind: 'branch', comparison, left: this.register(left), right, then, otherwise, position });
  }

  return(value: Operand = 0n): void {
    if (this.returnsTo !== undefined) this.jump(this.returnsTo);
    this.#end({ kind: 'return', value, position: this.position });
  }

  /** Runs `then` where the comparison holds; goes on after it in either case. */
  when(comparison: Comparison, left: Operand, right: Operand, then: () => void): void {
    const inside = this.newBlock();
    const after = this.newBlock();
    this.branch(comparison, left, right, inside, after);
    this.startBlock(inside);
    then();
    this.jump(after);
    this.startBlock(after);
  }

  /**
   * The finished program. `scratch` writes into the entry block how the scratch memory is found, given its register;
   * it is only called where there is some. Where it gives a function, that writes what is done before every return.
   */
  finish(scratch: (register: number) => (() => void) | undefined): IrFunction {
    if (!this.ended) this.return();
    const returning = this.#order.slice(1).filter((block) => block.terminator?.kind === 'return');
    const entry = this.#blocks[0] as OpenBlock;
    delete entry.terminator;
    const body = this.#order.slice(1);
    this.#current = entry;
    this.#order = [entry];
    this.position = 0;
    for (const [index, result] of this.#parameters) this.#emit({ kind: 'parameter', index, result });
    if (this.frame.scratchBytes > 0) {
      this.#scratch = this.newRegister();
      const leave = scratch(this.#scratch);
      this.jump((body[0] as OpenBlock).id);
      this.#order = this.#order.concat(body);
      if (leave !== undefined) this.#leaveThrough(returning, leave);
    } else {
      this.jump((body[0] as OpenBlock).id);
      this.#order = this.#order.concat(body);
    }
    const { blocks, callbacks } = withCallbacks(reachable(this.#order.map(closed)), this.#callbacks);
    return {
      name: this.#name,
      blocks,
      objects: this.frame.objects,
      registers: this.#registers,
      stackBytes: this.frame.stackBytes,
      scratchBytes: this.frame.scratchBytes,
      callbacks,
      ...(this.#scratch === undefined ? {} : { scratch: this.#scratch }),
    };
  }

  #leaveThrough(returning: readonly OpenBlock[], leave: () => void): void {
    const last = this.newBlock();
    for (const block of returning) block.terminator = { kind: 'jump', target: last, position: 0 };
    this.startBlock(last);
    leave();
    this.return();
  }

  #emit(instruction: Unpositioned): void {
    this.#grow();
    if (!this.ended) this.#current.instructions.push({ ...instruction, position: this.position } as IrInstruction);
  }

  #grow(): void {
    if (++this.#size > this.#limit) throw new ProgramTooLargeError();
  }

  #end(terminator: Terminator): void {
    if (!this.ended) this.#current.terminator = terminator;
  }
}

function closed(block: OpenBlock): IrBlock {
  if (block.terminator === undefined) throw new Error(`block ${block.id} has no end`);
  return { id: block.id, instructions: block.instructions, terminator: block.terminator };
}

/** Without the blocks that nothing leads to: the verifier refuses them. */
function reachable(blocks: readonly IrBlock[]): IrBlock[] {
  const byId = new Map(blocks.map((block) => [block.id, block]));
  const seen = new Set<number>();
  const open = blocks.slice(0, 1).map((block) => block.id);
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (seen.has(id)) continue;
    seen.add(id);
    const terminator = byId.get(id)?.terminator;
    if (terminator?.kind === 'jump') open.push(terminator.target);
    if (terminator?.kind === 'branch') open.push(terminator.then, terminator.otherwise);
  }
  return blocks.filter((block) => seen.has(block.id));
}

/** Only the callbacks that something calls: a function without a caller the verifier does not even count. */
function withCallbacks(
  blocks: readonly IrBlock[],
  callbacks: readonly IrFunction[],
): { readonly blocks: readonly IrBlock[]; readonly callbacks: readonly IrFunction[] } {
  const kept: number[] = [];
  const renumbered = (argument: CallArgument): CallArgument => {
    if (argument.kind !== 'callback') return argument;
    if (!kept.includes(argument.index)) kept.push(argument.index);
    return { ...argument, index: kept.indexOf(argument.index) };
  };
  const calling = blocks.map((block) => ({
    ...block,
    instructions: block.instructions.map((instruction) =>
      instruction.kind === 'call' ? { ...instruction, arguments: instruction.arguments.map(renumbered) } : instruction,
    ),
  }));
  return { blocks: calling, callbacks: kept.map((index) => callbacks[index] as IrFunction) };
}
