import { getLibbpf } from '../ffi/libbpf.ts';
import { errnoError, errnoName, KernelError } from '../kernel-error.ts';

/** `struct bpf_test_run_opts` of libbpf 1.1 (bpf/bpf.h): ctx_in 32, ctx_size_in 48, retval 56. */
const OPTIONS_SIZE = 80;
const RETURNED = 56;

/**
 * Runs a raw tracepoint program once, on the calling CPU and in this process (BPF_PROG_TEST_RUN, of raw tracepoints
 * kernel 5.10), without arguments. Gives what it returned.
 */
export function testRun(programFd: number, name: string): number {
  const options = Buffer.alloc(OPTIONS_SIZE);
  options.writeBigUInt64LE(BigInt(OPTIONS_SIZE), 0);
  const result = getLibbpf().bpf_prog_test_run_opts(programFd, options);
  if (result >= 0) return options.readUInt32LE(RETURNED);
  if (errnoName(result) === 'ENOTSUPP' || errnoName(result) === 'EOPNOTSUPP') {
    throw new KernelError('NOFEATURE', `cannot run "${name}": this needs kernel 5.10 or newer`);
  }
  throw errnoError(`run program "${name}"`, result);
}
