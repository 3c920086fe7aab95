import { helperNumber } from '../helper-names.ts';
import type { Instruction } from '../instruction.ts';
import { Alu, Atomic, Class, Jump, LDDW, Mode, PseudoSource, Size, Source } from '../opcode.ts';
import type { LineCursor } from './line-cursor.ts';

/** Where a jump goes: a label, or slots after the next instruction. */
export type JumpTarget = { readonly label: string; readonly column: number } | { readonly slots: number };

export interface AssembledLine {
  readonly instruction: Instruction;
  readonly target?: JumpTarget;
}

interface Operand {
  readonly register: number;
  readonly wide: boolean;
}

const INT32_MIN = -(1n << 31n);
const INT32_MAX = (1n << 31n) - 1n;
const UINT32_MAX = (1n << 32n) - 1n;
const UINT64_MAX = (1n << 64n) - 1n;
const INT64_MIN = -(1n << 63n);

const operators: Readonly<Record<string, number>> = {
  ...{ '+=': Alu.ADD, '-=': Alu.SUB, '*=': Alu.MUL, '/=': Alu.DIV, '%=': Alu.MOD },
  ...{ '|=': Alu.OR, '&=': Alu.AND, '^=': Alu.XOR, '<<=': Alu.LSH, '>>=': Alu.RSH },
};
const signedOperators: Readonly<Record<string, readonly [code: number, offset: number]>> = {
  ...{ '>>=': [Alu.ARSH, 0], '/=': [Alu.DIV, 1], '%=': [Alu.MOD, 1] },
};
const conditions: Readonly<Record<string, number>> = {
  ...{ '==': Jump.JEQ, '!=': Jump.JNE, '>': Jump.JGT, '>=': Jump.JGE, '<': Jump.JLT, '<=': Jump.JLE, '&': Jump.JSET },
};
const signedConditions: Readonly<Record<string, number>> = {
  ...{ '>': Jump.JSGT, '>=': Jump.JSGE, '<': Jump.JSLT, '<=': Jump.JSLE },
};
const atomics: Readonly<Record<string, number>> = {
  ...{ '+=': Atomic.ADD, '|=': Atomic.OR, '&=': Atomic.AND, '^=': Atomic.XOR },
};
const fetches: Readonly<Record<string, number>> = {
  ...{ add: Atomic.ADD, or: Atomic.OR, and: Atomic.AND, xor: Atomic.XOR },
};
const sizes: Readonly<Record<string, number>> = { '8': Size.B, '16': Size.H, '32': Size.W, '64': Size.DW };

/**
 * One instruction in the kernel's syntax, as the verifier's log writes it (kernel/bpf/disasm.c), to the end of the line.
 * `opcode`: of a line of such a log, which says it in brackets before. Throws LineError.
 */
export function assembleInstruction(cursor: LineCursor, opcode?: number): AssembledLine {
  if (cursor.take('exit')) return plain(Class.JMP | Jump.EXIT);
  if (cursor.take('call')) return plain(Class.JMP | Jump.CALL, { imm: callee(cursor) });
  if (cursor.take('goto')) return { ...plain(Class.JMP | Jump.JA), target: jumpTarget(cursor) };
  if (cursor.take('if')) return condition(cursor, opcode !== undefined);
  if (cursor.take('lock')) return locked(cursor);
  if (cursor.current.text === '*') return store(cursor);
  const target = operand(cursor);
  if (cursor.take('=')) return { instruction: assigned(cursor, target, opcode) };
  return { instruction: changed(cursor, target) };
}

function plain(opcode: number, rest: Partial<Instruction> = {}): AssembledLine {
  return { instruction: { opcode, dst: 0, src: 0, offset: 0, imm: 0n, ...rest } };
}

function callee(cursor: LineCursor): bigint {
  if (cursor.atNumber) return cursor.number('the number of a helper', 1n, INT32_MAX);
  const text = cursor.current.text;
  // The verifier's log has the number as well, and nothing else where it does not know the name.
  if (cursor.next?.text === '#') {
    cursor.word('a helper');
    cursor.expect('#');
    return cursor.number('the number of a helper', 0n, INT32_MAX);
  }
  const number = helperNumber(text.replace(/^bpf_/, ''));
  if (number === undefined) return cursor.fail('expected a helper, as in bpf_map_lookup_elem');
  cursor.word('a helper');
  return BigInt(number);
}

function jumpTarget(cursor: LineCursor): JumpTarget {
  if (cursor.current.text === 'pc' && /^[-+]$/.test(cursor.next?.text ?? '')) cursor.take('pc');
  if (cursor.atNumber) return { slots: Number(cursor.number('a number of instructions', -0x8000n, 0x7fffn)) };
  const { column } = cursor.current;
  return { label: cursor.word('a label'), column };
}

function condition(cursor: LineCursor, asLogged: boolean): AssembledLine {
  const left = operand(cursor);
  const signed = cursor.take('s');
  const code = (signed ? signedConditions : conditions)[cursor.current.text];
  if (code === undefined) return cursor.fail('expected a comparison: == != < <= > >= s< s<= s> s>= &');
  cursor.take(cursor.current.text);
  const kind = left.wide ? Class.JMP : Class.JMP32;
  const right = isRegister(cursor) ? operand(cursor) : undefined;
  if (right !== undefined) sameWidth(cursor, left, right);
  // The log writes the 32 bits of the instruction; what a person writes is a number.
  const most = asLogged ? UINT32_MAX : left.wide ? INT32_MAX : UINT32_MAX;
  const imm = right === undefined ? BigInt.asIntN(32, cursor.number('what is compared with', INT32_MIN, most)) : 0n;
  cursor.expect('goto');
  return {
    instruction: {
      opcode: kind | code | (right === undefined ? Source.K : Source.X),
      ...{ dst: left.register, src: right?.register ?? 0, offset: 0, imm },
    },
    target: jumpTarget(cursor),
  };
}

function locked(cursor: LineCursor): AssembledLine {
  const place = memory(cursor, true);
  const operation = atomics[cursor.current.text];
  if (operation === undefined) return cursor.fail('expected += |= &= or ^=');
  cursor.take(cursor.current.text);
  const { register } = operand(cursor);
  const opcode = Class.STX | Mode.ATOMIC | place.size;
  return plain(opcode, { dst: place.register, src: register, offset: place.offset, imm: BigInt(operation) });
}

function store(cursor: LineCursor): AssembledLine {
  const place = memory(cursor, true);
  cursor.expect('=');
  const where = { dst: place.register, offset: place.offset };
  if (isRegister(cursor)) {
    return plain(Class.STX | Mode.MEM | place.size, { ...where, src: operand(cursor).register });
  }
  const imm = cursor.number('what is stored', INT32_MIN, INT32_MAX);
  return plain(Class.ST | Mode.MEM | place.size, { ...where, imm });
}

/** What follows `rN =`. */
function assigned(cursor: LineCursor, target: Operand, opcode: number | undefined): Instruction {
  const base = { dst: target.register, src: 0, offset: 0, imm: 0n };
  const kind = target.wide ? Class.ALU64 : Class.ALU;
  if (isRegister(cursor)) {
    const source = operand(cursor);
    sameWidth(cursor, target, source);
    return { ...base, opcode: kind | Alu.MOV | Source.X, src: source.register };
  }
  if (cursor.atNumber) return constant(cursor, target, opcode);
  const { text } = cursor.current;
  if (text === '-') {
    cursor.take('-');
    sameRegister(cursor, target);
    return { ...base, opcode: kind | Alu.NEG };
  }
  if (text === '*') {
    const place = memory(cursor, false);
    const mode = place.signed ? Mode.MEMSX : Mode.MEM;
    return { ...base, opcode: Class.LDX | mode | place.size, src: place.register, offset: place.offset };
  }
  if (text === '(') return extended(cursor, base, kind);
  if (text === 'map') return mapAddress(cursor, base);
  const swap = /^(be|le|bswap)(16|32|64)$/.exec(text);
  if (swap !== null) {
    cursor.take(text);
    sameRegister(cursor, target);
    const [, order, bits] = swap;
    const code = order === 'bswap' ? Class.ALU64 : Class.ALU | (order === 'be' ? Source.X : Source.K);
    return { ...base, opcode: code | Alu.END, imm: BigInt(bits ?? 0) };
  }
  const fetch = /^atomic(64)?_(?:fetch_(add|or|and|xor)|(xchg|cmpxchg))$/.exec(text);
  if (fetch !== null) return fetched(cursor, target, fetch);
  return cursor.fail('expected a register, a number, *(u64 *)(r1 + 8), map[name] or an operation');
}

/** A number takes two slots where it does not fit in 32 bits, where `ll` follows, and where the log says so. */
function constant(cursor: LineCursor, target: Operand, opcode: number | undefined): Instruction {
  const base = { dst: target.register, src: 0, offset: 0 };
  const value = cursor.number('a number', INT64_MIN, UINT64_MAX);
  const long = cursor.take('ll') || opcode === LDDW;
  if (target.wide && (long || value < INT32_MIN || value > INT32_MAX)) {
    return { ...base, opcode: LDDW, imm: BigInt.asIntN(64, value) };
  }
  if (long || value < INT32_MIN || value > UINT32_MAX) return cursor.fail('a w register takes numbers of 32 bits');
  const kind = target.wide ? Class.ALU64 : Class.ALU;
  return { ...base, opcode: kind | Alu.MOV | Source.K, imm: BigInt.asIntN(32, value) };
}

/** `(s8)r2`: the lowest bits with their sign. Kernel 6.6. */
function extended(cursor: LineCursor, base: Omit<Instruction, 'opcode'>, kind: number): Instruction {
  cursor.expect('(');
  const bits = /^s(8|16|32)$/.exec(cursor.current.text)?.[1];
  if (bits === undefined) return cursor.fail('expected s8, s16 or s32');
  cursor.word('a size');
  cursor.expect(')');
  return { ...base, opcode: kind | Alu.MOV | Source.X, src: operand(cursor).register, offset: Number(bits) };
}

function mapAddress(cursor: LineCursor, base: Omit<Instruction, 'opcode'>): Instruction {
  cursor.expect('map');
  cursor.expect('[');
  const map = cursor.word('the name of a map');
  cursor.expect(']');
  if (!cursor.take('[')) return { ...base, opcode: LDDW, src: PseudoSource.MAP_FD, map };
  cursor.number('the first element', 0n, 0n);
  cursor.expect(']');
  const imm = cursor.atEnd ? 0n : cursor.number('an offset', 0n, INT32_MAX);
  return { ...base, opcode: LDDW, src: PseudoSource.MAP_VALUE, imm, map };
}

function fetched(cursor: LineCursor, target: Operand, [text, long, operation, exchange]: RegExpExecArray): Instruction {
  cursor.take(text);
  cursor.expect('(');
  cursor.expect('(');
  cursor.expect(long === undefined ? 'u32' : 'u64');
  cursor.expect('*');
  cursor.expect(')');
  const place = address(cursor);
  cursor.expect(',');
  if (exchange === 'cmpxchg') {
    cursor.expect('r0');
    cursor.expect(',');
  }
  const source = operand(cursor);
  cursor.expect(')');
  const fixed = exchange === 'cmpxchg' ? 0 : source.register;
  if (target.register !== fixed) return cursor.fail(`what was there before goes to r${fixed}`);
  const imm =
    operation === undefined
      ? exchange === 'xchg'
        ? Atomic.XCHG
        : Atomic.CMPXCHG
      : (fetches[operation] ?? 0) | Atomic.FETCH;
  const opcode = Class.STX | Mode.ATOMIC | (long === undefined ? Size.W : Size.DW);
  return { opcode, dst: place.register, src: source.register, offset: place.offset, imm: BigInt(imm) };
}

/** What follows a register that is not assigned to: `+= r2`. */
function changed(cursor: LineCursor, target: Operand): Instruction {
  const signed = cursor.take('s');
  const { text } = cursor.current;
  const [code, offset] = signed ? (signedOperators[text] ?? []) : [operators[text], 0];
  if (code === undefined) return cursor.fail('expected = += -= *= /= %= |= &= ^= <<= >>= s>>= s/= or s%=');
  cursor.take(text);
  const kind = target.wide ? Class.ALU64 : Class.ALU;
  const base = { dst: target.register, offset: offset ?? 0 };
  if (isRegister(cursor)) {
    const source = operand(cursor);
    sameWidth(cursor, target, source);
    return { ...base, opcode: kind | code | Source.X, src: source.register, imm: 0n };
  }
  // A larger one the instruction would extend with its sign.
  const most = target.wide ? INT32_MAX : UINT32_MAX;
  const value = cursor.number('a number', INT32_MIN, most);
  return { ...base, opcode: kind | code | Source.K, src: 0, imm: BigInt.asIntN(32, value) };
}

interface Memory {
  readonly size: number;
  readonly signed: boolean;
  readonly register: number;
  readonly offset: number;
}

/** `*(u32 *)(r1 + 8)` */
function memory(cursor: LineCursor, unsigned: boolean): Memory {
  cursor.expect('*');
  cursor.expect('(');
  const type = /^([us])(8|16|32|64)$/.exec(cursor.current.text);
  if (type === null || (unsigned && type[1] === 's')) return cursor.fail('expected a size: u8, u16, u32 or u64');
  cursor.word('a size');
  cursor.expect('*');
  cursor.expect(')');
  return { size: sizes[type[2] ?? ''] ?? Size.DW, signed: type[1] === 's', ...address(cursor) };
}

/** `(r1 + 8)` */
function address(cursor: LineCursor): { readonly register: number; readonly offset: number } {
  cursor.expect('(');
  const { register } = operand(cursor);
  const offset = cursor.atNumber ? Number(cursor.number('an offset', -0x8000n, 0x7fffn)) : 0;
  cursor.expect(')');
  return { register, offset };
}

function isRegister(cursor: LineCursor): boolean {
  return /^[rw](10|\d)$/.test(cursor.current.text);
}

function operand(cursor: LineCursor): Operand {
  if (!isRegister(cursor)) return cursor.fail('expected a register: r0 to r10, or w0 to w10 for their lower half');
  const text = cursor.word('a register');
  return { register: Number(text.slice(1)), wide: text.startsWith('r') };
}

function sameWidth(cursor: LineCursor, left: Operand, right: Operand): void {
  if (left.wide !== right.wide) cursor.fail('r and w registers do not go together');
}

function sameRegister(cursor: LineCursor, target: Operand): void {
  const source = operand(cursor);
  if (source.register !== target.register) cursor.fail('this changes a register in place: name the same one');
}
