import type { Lowering } from '../ir/lowering.ts';
import { numberValue, placeAt, type Value } from '../ir/value.ts';
import type { BuiltinDefinition, FunctionDefinition } from './definition.ts';
import { lowHalf, uint32 } from './uint32.ts';

/** `struct bpf_pidns_info` of linux/bpf.h: two numbers of 4 bytes. */
const INFO_BYTES = 8;
const offsets = { pid: 4, tid: 0 } as const;

/**
 * The number of the process or thread that runs: `init` as the initial namespace counts, `curr_ns` (and no word) as the
 * tracer's own does.
 */
function numbered(name: 'pid' | 'tid'): { builtin: BuiltinDefinition; call: FunctionDefinition } {
  const builtin: BuiltinDefinition = {
    name,
    constant: true,
    kernel: '4.2',
    check: () => uint32,
    lower: (lowering) => own(lowering, name),
  };
  const call: FunctionDefinition = {
    kind: 'function',
    name,
    signature: `${name}([curr_ns|init])`,
    kernel: '5.7',
    minimum: 0,
    maximum: 1,
    words: true,
    check({ arguments: [word] }, context) {
      if (word !== undefined && (word.kind !== 'identifier' || !['curr_ns', 'init'].includes(word.name))) {
        const message = `${name}() takes the name of a namespace of processes`;
        context.report('invalid-argument', word.span, message, `write ${name}(curr_ns) or ${name}(init)`);
      }
      return uint32;
    },
    lower({ arguments: [word] }, lowering) {
      return word?.kind === 'identifier' && word.name === 'init' ? initial(lowering, name) : own(lowering, name);
    },
  };
  return { builtin, call };
}

function initial(lowering: Lowering, name: 'pid' | 'tid'): Value {
  const both = lowering.builder.call('get_current_pid_tgid');
  return name === 'tid' ? lowHalf(lowering, both) : numberValue(lowering.builder.binary('ushr', both, 32n));
}

/** Of a process that the namespace does not know the helper leaves zeros. */
function own(lowering: Lowering, name: 'pid' | 'tid'): Value {
  const { builder, env } = lowering;
  if (env.pidNamespace === undefined) return initial(lowering, name);
  const info = lowering.allocate(INFO_BYTES);
  builder.store(8, info, 0n);
  builder.call(
    'get_ns_current_pid_tgid',
    { kind: 'operand', operand: env.pidNamespace.device },
    { kind: 'operand', operand: env.pidNamespace.inode },
    { kind: 'address', place: info },
    { kind: 'operand', operand: BigInt(INFO_BYTES) },
  );
  return numberValue(builder.load(4, placeAt(info, offsets[name])));
}

export const { builtin: pid, call: pidFunction } = numbered('pid');
export const { builtin: tid, call: tidFunction } = numbered('tid');
