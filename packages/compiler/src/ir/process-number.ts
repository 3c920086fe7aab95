import { readTask } from './current-task.ts';
import type { Lowering } from './lowering.ts';
import { type Operand, placeAt } from './value.ts';

/** `struct bpf_pidns_info` of linux/bpf.h: two numbers of 4 bytes. */
const INFO_BYTES = 8;
const offsets = { pid: 4, tid: 0 } as const;

/** The number of the process or thread that runs, as the initial namespace counts. */
export function initialNumber(lowering: Lowering, name: 'pid' | 'tid'): Operand {
  const { builder } = lowering;
  // What programs call a thread's number is the kernel's pid, and the process's its tgid.
  const read = readTask(lowering, name === 'tid' ? 'pid' : 'tgid');
  if (read !== undefined) return read;
  const both = lowering.once('pid and tgid', () => builder.call('get_current_pid_tgid'));
  return name === 'tid' ? builder.binary('and', both, 0xffff_ffffn) : builder.binary('ushr', both, 32n);
}

/** ... as the tracer's own namespace counts; 0 of a process that it does not know. */
export function ownNumber(lowering: Lowering, name: 'pid' | 'tid'): Operand {
  const { builder, env } = lowering;
  if (env.pidNamespace === undefined) return initialNumber(lowering, name);
  const info = lowering.allocate(INFO_BYTES);
  builder.store(8, info, 0n);
  builder.call(
    'get_ns_current_pid_tgid',
    { kind: 'operand', operand: env.pidNamespace.device },
    { kind: 'operand', operand: env.pidNamespace.inode },
    { kind: 'address', place: info },
    { kind: 'operand', operand: BigInt(INFO_BYTES) },
  );
  return builder.load(4, placeAt(info, offsets[name]));
}
