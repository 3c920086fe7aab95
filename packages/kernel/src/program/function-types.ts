import { functionBtf, LDDW, type ProgramSpec } from '@bpfleet/bpf';
import { FileDescriptor } from '../ffi/file-descriptor.ts';
import { getLibbpf } from '../ffi/libbpf.ts';
import { errnoError } from '../kernel-error.ts';

/** `struct bpf_func_info` (linux/bpf.h): the slot where a function begins, and the number of its type. */
export const FUNC_INFO_BYTES = 8;

/** What the kernel must know of the functions of a program: their types, and where each begins. */
export interface FunctionTypes {
  readonly btf: FileDescriptor;
  readonly info: Buffer;
}

/** Loads the types of a program's functions, which it asks for where helpers call them. Throws KernelError. */
export function loadFunctionTypes(
  { instructions }: Pick<ProgramSpec, 'instructions'>,
  functions: NonNullable<ProgramSpec['functions']>,
): FunctionTypes {
  const { bytes, ids } = functionBtf(functions.map(({ name }) => name));
  const fd = getLibbpf().bpf_btf_load(bytes, bytes.length, null);
  if (fd < 0) throw errnoError('load the types of the functions of a program', fd);
  const info = Buffer.alloc(functions.length * FUNC_INFO_BYTES);
  for (const [index, { instruction }] of functions.entries()) {
    const before = instructions.slice(0, instruction);
    const slot = before.reduce((sum, { opcode }) => sum + (opcode === LDDW ? 2 : 1), 0);
    info.writeUInt32LE(slot, index * FUNC_INFO_BYTES);
    info.writeUInt32LE(ids[index] ?? 0, index * FUNC_INFO_BYTES + 4);
  }
  return { btf: new FileDescriptor(fd), info };
}
