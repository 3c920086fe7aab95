import { decode, disassemble, type ProgramNames } from '@bpfleet/bpf';
import { FileDescriptor } from '../ffi/file-descriptor.ts';
import { getLibbpf } from '../ffi/libbpf.ts';
import { addressOf } from '../ffi/native.ts';
import { kernelSymbols } from '../functions/read-kallsyms.ts';
import { errnoError } from '../kernel-error.ts';
import { kernelAddress } from '../symbols/kernel-lookup.ts';

/** A program that the kernel holds. */
export interface ProgramText {
  readonly id: number;
  /** Up to 15 characters, as the kernel keeps it. */
  readonly name: string;
  /** A line an instruction, as the verifier left them: helpers may be inlined, and fields are where this kernel has them. */
  readonly instructions: string;
}

/** `struct bpf_prog_info` (linux/bpf.h): xlated_prog_len 20, xlated_prog_insns 32, name 64. */
const INFO_SIZE = 232;
const CODE_BYTES = 20;
const CODE = 32;
const NAME = 64;
const NAME_BYTES = 16;
/** Helpers are called by how far they are from this function. */
const CALL_BASE = '__bpf_call_base';

let callBase: bigint | null | undefined;

/** The instructions of a loaded program. Throws KernelError: ENOENT where it is gone, EPERM without CAP_SYS_ADMIN. */
export function programText(id: number): ProgramText {
  const number = getLibbpf().bpf_prog_get_fd_by_id(id);
  if (number < 0) throw errnoError(`open program ${id}`, number);
  const fd = new FileDescriptor(number);
  try {
    const asked = readInfo(fd.number, Buffer.alloc(INFO_SIZE));
    const code = Buffer.alloc(asked.readUInt32LE(CODE_BYTES));
    const wanted = Buffer.alloc(INFO_SIZE);
    wanted.writeUInt32LE(code.length, CODE_BYTES);
    wanted.writeBigUInt64LE(addressOf(code), CODE);
    readInfo(fd.number, wanted);
    const name = asked.toString('latin1', NAME, NAME + NAME_BYTES).replace(/\0.*$/s, '');
    return { id, name, instructions: disassemble(decode(code) ?? [], kernelNames) };
  } finally {
    fd.close();
  }
}

function readInfo(fd: number, info: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(info.length, 0);
  const result = getLibbpf().bpf_obj_get_info_by_fd(fd, info, length);
  if (result < 0) throw errnoError('read a program', result);
  return info;
}

const kernelNames: ProgramNames = {
  call(imm) {
    if (callBase === undefined) callBase = kernelAddress(CALL_BASE);
    if (callBase === null) return undefined;
    const { symbol, offset } = kernelSymbols().find(callBase + BigInt(imm));
    return offset === 0 && !symbol.startsWith('0x') ? symbol : undefined;
  },
  map: (imm) => `id:${BigInt.asUintN(32, imm)}`,
};
