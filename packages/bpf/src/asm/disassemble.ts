import { helperName } from './helper-names.ts';
import type { Instruction } from './instruction.ts';
import { Alu, Atomic, Class, classOf, Jump, LDDW, Mode, PseudoSource, Source } from './opcode.ts';

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

/** A program as text, a line an instruction: `12: (bf) r6 = r1`. Numbers are slots, as jumps count. */
export function disassemble(instructions: readonly Instruction[]): string {
  let slot = 0;
  let text = '';
  for (const instruction of instructions) {
    text += `${String(slot).padStart(4)}: ${disassembleOne(instruction)}\n`;
    slot += instruction.opcode === LDDW ? 2 : 1;
  }
  return text;
}

/** One instruction as the verifier's log writes it (kernel/bpf/disasm.c). */
export function disassembleOne(instruction: Instruction): string {
  return `(${instruction.opcode.toString(16).padStart(2, '0')}) ${body(instruction) ?? 'unknown'}`;
}

function body(instruction: Instruction): string | undefined {
  const { opcode, dst, src, imm } = instruction;
  const bits = sizeBits[(opcode & 0x18) >> 3] ?? 0;
  const memory = (base: number) => `*(u${bits} *)(r${base} ${signed(instruction.offset)})`;
  switch (classOf(opcode)) {
    case Class.LD:
      return opcode === LDDW ? `r${dst} = ${wideImmediate(instruction)}` : undefined;
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
      return jump(instruction, 'r');
    default:
      return jump(instruction, 'w');
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

function jump({ opcode, dst, src, offset, imm }: Instruction, register: 'r' | 'w'): string | undefined {
  const operation = opcode & 0xf0;
  if (operation === Jump.EXIT) return 'exit';
  if (operation === Jump.CALL) return `call ${calleeName(Number(imm))}#${imm}`;
  if (operation === Jump.JA) return `goto pc${signed(offset)}`;
  const sign = jumpSigns[operation];
  if (sign === undefined) return undefined;
  const right = (opcode & Source.X) !== 0 ? `${register}${src}` : `0x${BigInt.asUintN(32, imm).toString(16)}`;
  return `if ${register}${dst} ${sign} ${right} goto pc${signed(offset)}`;
}

function calleeName(id: number): string {
  const name = helperName(id);
  return name === undefined ? 'unknown' : `bpf_${name}`;
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

function wideImmediate({ src, imm, map }: Instruction): string {
  const name = map ?? 'fd';
  if (src === PseudoSource.FUNCTION) return `function[${signed(Number(BigInt.asIntN(32, imm)))}]`;
  if (src === PseudoSource.MAP_FD) return `map[${name}]`;
  if (src === PseudoSource.MAP_VALUE) return `map[${name}][0]+${imm}`;
  return `0x${BigInt.asUintN(64, imm).toString(16)}`;
}

function signed(value: number): string {
  return value < 0 ? `${value}` : `+${value}`;
}
