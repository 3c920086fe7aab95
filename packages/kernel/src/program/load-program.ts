import type { ProgramSpec } from '@bpfleet/bpf';
import { FileDescriptor } from '../ffi/file-descriptor.ts';
import { getLibbpf } from '../ffi/libbpf.ts';
import { addressOf } from '../ffi/native.ts';
import { errnoError, errnoName, KernelError } from '../kernel-error.ts';
import { objectName } from '../map/object-name.ts';
import { explainRefusal, type Refusal } from './explain-refusal.ts';
import { FUNC_INFO_BYTES, type FunctionTypes, loadFunctionTypes } from './function-types.ts';

/**
 * `struct bpf_prog_load_opts` of libbpf 1.1 (bpf/bpf.h). sz 0, attempts 8, expected_attach_type 12, prog_btf_fd 16,
 * prog_flags 20, attach_btf_id 32, func_info 56, func_info_cnt 64, func_info_rec_size 68, log_level 88, log_size 92,
 * log_buf 96.
 */
const OPTIONS_SIZE = 104;
const EXPECTED_ATTACH_TYPE = 12;
const PROG_BTF_FD = 16;
const ATTACH_BTF_ID = 32;
const FUNC_INFO = 56;
const FUNC_INFO_COUNT = 64;
const FUNC_INFO_SIZE = 68;
const LOG_LEVEL = 88;
const LOG_SIZE = 92;
const LOG_BUF = 96;

const FIRST_LOG_BYTES = 64 * 1024;
/** The most that kernels before 5.2 accept, and more than anyone reads. */
const LAST_LOG_BYTES = 16 * 1024 * 1024 - 1;

/** For programs of type TRACING: what they attach to. */
export interface TracingTarget {
  readonly attachType: number;
  readonly btfId: number;
}

/** The verifier did not accept the program. */
export class VerifierError extends KernelError {
  /** `ProgramSpec.name` */
  readonly program: string;
  readonly refusal: Refusal;

  constructor(program: string, errno: number, refusal: Refusal, verifierLog: string) {
    const where = refusal.source === null ? '' : ` (line ${refusal.source.line}, column ${refusal.source.column})`;
    super(errnoName(errno), `the kernel refused program "${program}"${where}: ${refusal.reason}`, { verifierLog });
    this.program = program;
    this.refusal = refusal;
  }
}

/**
 * BPF_PROG_LOAD. The log is only asked for after a refusal: it makes the verifier several times slower.
 *
 * @param code the encoded instructions, maps already in place
 * @throws KernelError, VerifierError where the verifier has said why
 */
export function loadProgram(spec: ProgramSpec, code: Uint8Array, target: TracingTarget | null = null): FileDescriptor {
  const functions = spec.functions === undefined ? null : loadFunctionTypes(spec, spec.functions);
  try {
    return loadWith({ spec, code, target, functions });
  } finally {
    functions?.btf.close();
  }
}

interface LoadInput {
  readonly spec: ProgramSpec;
  readonly code: Uint8Array;
  readonly target: TracingTarget | null;
  readonly functions: FunctionTypes | null;
}

function loadWith(input: LoadInput): FileDescriptor {
  const { spec } = input;
  const fd = tryLoad(input, null);
  if (fd >= 0) return new FileDescriptor(fd);
  if (errnoName(fd) === 'E2BIG') throw tooLarge(spec.name, fd);
  for (let size = FIRST_LOG_BYTES; ; size = Math.min(size * 4, LAST_LOG_BYTES)) {
    const log = Buffer.alloc(size);
    const retried = tryLoad(input, log);
    if (retried >= 0) return new FileDescriptor(retried);
    if (errnoName(retried) === 'ENOSPC' && size < LAST_LOG_BYTES) continue;
    const text = textOf(log);
    if (text === '') throw errnoError(`load program "${spec.name}"`, retried);
    throw new VerifierError(spec.name, fd, explainRefusal(spec, text), text);
  }
}

/** Walking it again for the log would take long, and there is no instruction to tell of: it gave up after a million. */
function tooLarge(program: string, errno: number): VerifierError {
  const reason = 'BPF program is too large: the verifier gave up after a million steps';
  return new VerifierError(program, errno, { reason, instruction: null, source: null }, reason);
}

function tryLoad({ spec, code, target, functions }: LoadInput, log: Buffer | null): number {
  const options = Buffer.alloc(OPTIONS_SIZE);
  options.writeBigUInt64LE(BigInt(OPTIONS_SIZE), 0);
  if (target !== null) {
    options.writeUInt32LE(target.attachType, EXPECTED_ATTACH_TYPE);
    options.writeUInt32LE(target.btfId, ATTACH_BTF_ID);
  }
  if (functions !== null) {
    options.writeUInt32LE(functions.btf.number, PROG_BTF_FD);
    options.writeBigUInt64LE(addressOf(functions.info), FUNC_INFO);
    options.writeUInt32LE(functions.info.length / FUNC_INFO_BYTES, FUNC_INFO_COUNT);
    options.writeUInt32LE(FUNC_INFO_BYTES, FUNC_INFO_SIZE);
  }
  if (log !== null) {
    options.writeUInt32LE(1, LOG_LEVEL);
    options.writeUInt32LE(log.length, LOG_SIZE);
    options.writeBigUInt64LE(addressOf(log), LOG_BUF);
  }
  const slots = code.length / 8;
  return getLibbpf().bpf_prog_load(spec.type, objectName(spec.name), spec.license, code, slots, options);
}

function textOf(log: Buffer): string {
  const end = log.indexOf(0);
  return log.toString('latin1', 0, end < 0 ? log.length : end).trim();
}
