import { helperName } from './helper-names.ts';
import type { Instruction } from './instruction.ts';
import { Alu, Atomic, Class, classOf, Jump, LDDW, Mode, PSEUDO_CALL, PseudoSource, Source } from './opcode.ts';

const aluSigns: Record<number, string> = {
  [Alu.ADD]: '+=',
  [Alu.SUB]: '-=',
  [Alu.MUL]: '*=',
  [Alu.DIV]: '/=',
  [Alu.OR]: '|=',
  [Alu.AND]: '&=',
  [Alu.LSH]: '<<=',
  [Alu.RSH]: '>>=',
  [Alu.MOD]: '%=',
  [Alu.XOR]: '^=',
  [Alu.MOV]: '=',
  [Alu.ARSH]: 's>>=',
};

const jumpSigns: Record<number, string> = {
  [Jump.JEQ]: '==',
  [Jump.JGT]: '>',
  [Jump.JGE]: '>=',
  [Jump.JSET]: '&',
  [Jump.JNE]: '!=',
  [Jump.JSGT]: 's>',
  [Jump.JSGE]: 's>=',
  [Jump.JLT]: '<',
  [Jump.JLE]: '<=',
  [Jump.JSLT]: 's<',
  [Jump.JSLE]: 's<=',
};

const atomicSigns: Record<number, string> = {
  [Atomic.ADD]: '+',
  [Atomic.OR]: '|',
  [Atomic.AND]: '&',
  [Atomic.XOR]: '^',
};
const atomicNames: Record<number, string> = {
  [Atomic.ADD]: 'add',
  [Atomic.OR]: 'or',
  [Atomic.AND]: 'and',
  [Atomic.XOR]: 'xor',
};
const sizeBits = [32, 16, 8, 64];

/** Names of what a program that a kernel holds has numbers for. undefined: the number is shown. */
export interface ProgramNames {
  /** Of a helper, by the number that is called. */
  call(imm: number): string | undefined;
  /** Of a map, by what stands in the instruction. */
  map(imm: bigint): string | undefined;
}

/** As they come from a compiler. */
const ownNames: ProgramNames = {
  call: (imm) => {
    const name = helperName(imm);
    return name === undefined ? undefined : `bpf_${name}`;
  },
  map: () => undefined,
};

/** A program as text, a line an instruction: `12: (bf) r6 = r1`. Numbers are slots, as jumps count. */
export function disassemble(instructions: readonly Instruction[], names: ProgramNames = ownNames): string {
  let slot = 0;
  let text = '';
  for (const instruction of instructions) {
    text += `${String(slot).padStart(4)}: ${disassembleOne(instruction, names)}\n`;
    slot += instruction.opcode === LDDW ? 2 : 1;
  }
  return text;
}

/** One instruction as the verifier's log writes it (kernel/bpf/disasm.c). */
export function disassembleOne(instruction: Instruction, names: ProgramNames = ownNames): string {
  return `(${instruction.opcode.toString(16).padStart(2, '0')}) ${body(instruction, names) ?? 'unknown'}`;
}

function body(instruction: Instruction, names: ProgramNames): string | undefined {
  const { opcode, dst, src, imm } = instruction;
  const bits = sizeBits[(opcode & 0x18) >> 3] ?? 0;
  const memory = (base: number) => `*(u${bits} *)(r${base} ${signed(instruction.offset)})`;
  switch (classOf(opcode)) {
    case Class.LD:
      return opcode === LDDW ? `r${dst} = ${wideImmediate(instruction, names)}` : undefined;
    case Class.LDX:
      if ((opcode & 0xe0) === Mode.MEM) return `r${dst} = ${memory(src)}`;
      return (opcode & 0xe0) === Mode.MEMSX
        ? `r${dst} = *(s${bits} *)(r${src} ${signed(instruction.offset)})`
        : undefined;
    case Class.ST:
      return `${memory(dst)} = ${imm}`;
    case Class.STX:
      return (opcode & 0xe0) === Mode.ATOMIC ? atomic(instruction, bits) : `${memory(dst)} = r${src}`;
    case Class.ALU:
      return arithmetic(instruction, 'w');
    case Class.ALU64:
      return arithmetic(instruction, 'r');
    case Class.JMP:
      return jump(instruction, 'r', names);
    default:
      return jump(instruction, 'w', names);
  }
}

function arithmetic({ opcode, dst, src, offset, imm }: Instruction, register: 'r' | 'w'): string | undefined {
  const operation = opcode & 0xf0;
  if (operation === Alu.NEG) return `${register}${dst} = -${register}${dst}`;
  if (operation === Alu.END) {
    const order = classOf(opcode) === Class.ALU64 ? 'bswap' : (opcode & Source.X) !== 0 ? 'be' : 'le';
    return `r${dst} = ${order}${imm} r${dst}`;
  }
  if (operation === Alu.MOV && (opcode & Source.X) !== 0 && offset !== 0) {
    return `${register}${dst} = (s${offset})${register}${src}`;
  }
  const sign = aluSigns[operation];
  if (sign === undefined) return undefined;
  const division = operation === Alu.DIV || operation === Alu.MOD;
  const operator = division && offset === 1 ? `s${sign}` : sign;
  return `${register}${dst} ${operator} ${(opcode & Source.X) !== 0 ? `${register}${src}` : imm}`;
}

function jump(
  { opcode, dst, src, offset, imm }: Instruction,
  register: 'r' | 'w',
  names: ProgramNames,
): string | undefined {
  const operation = opcode & 0xf0;
  if (operation === Jump.EXIT) return 'exit';
  if (operation === Jump.CALL) {
    if (src === PSEUDO_CALL) return `call pc${signed(Number(imm))}`;
    return `call ${names.call(Number(imm)) ?? 'unknown'}#${imm}`;
  }
  if (operation === Jump.JA) return `goto pc${signed(offset)}`;
  const sign = jumpSigns[operation];
  if (sign === undefined) return undefined;
  const right = (opcode & Source.X) !== 0 ? `${register}${src}` : `0x${BigInt.asUintN(32, imm).toString(16)}`;
  return `if ${register}${dst} ${sign} ${right} goto pc${signed(offset)}`;
}

function atomic({ dst, src, offset, imm }: Instruction, bits: number): string | undefined {
  const operation = Number(imm);
  const address = `(u${bits} *)(r${dst} ${signed(offset)})`;
  const width = bits === 64 ? '64' : '';
  if (operation === Atomic.XCHG) return `r${src} = atomic${width}_xchg(${address}, r${src})`;
  if (operation === Atomic.CMPXCHG) return `r0 = atomic${width}_cmpxchg(${address}, r0, r${src})`;
  if ((operation & Atomic.FETCH) !== 0) {
    const name = atomicNames[operation & ~Atomic.FETCH];
    return name && `r${src} = atomic${width}_fetch_${name}(${address}, r${src})`;
  }
  const sign = atomicSigns[operation];
  return sign && `lock *${address} ${sign}= r${src}`;
}

function wideImmediate({ src, imm, map }: Instruction, names: ProgramNames): string {
  const known = names.map(imm);
  const name = map ?? known ?? 'fd';
  if (src === PseudoSource.FUNCTION) return `function[${signed(Number(BigInt.asIntN(32, imm)))}]`;
  if (src === PseudoSource.MAP_FD) return `map[${name}]`;
  // Where the map is a number, the place in its value is in the second slot.
  if (src === PseudoSource.MAP_VALUE) return `map[${name}][0]+${known === undefined ? imm : imm >> 32n}`;
  return `0x${BigInt.asUintN(64, imm).toString(16)}`;
}

function signed(value: number): string {
  return value < 0 ? `${value}` : `+${value}`;
}
