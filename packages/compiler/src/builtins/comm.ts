import { clearMemory } from '../ir/memory.ts';
import { stringType } from '../types/type.ts';
import type { BuiltinDefinition } from './definition.ts';

/** TASK_COMM_LEN, with the zero. */
const COMM_BYTES = 16;

/**
 * The name of the thread. Keys are compared whole, and the helper of some kernels before 6.2 writes nothing after the
 * name's zero (seen: Debian's 6.1 on arm64): the bytes are cleared before.
 */
export const comm: BuiltinDefinition = {
  name: 'comm',
  kernel: '4.2',
  check: () => stringType(COMM_BYTES),
  lower(lowering, into) {
    const fits = into !== undefined && into.size >= COMM_BYTES;
    const { place, size } = fits ? into : { place: lowering.allocate(COMM_BYTES), size: COMM_BYTES };
    clearMemory(lowering, place, size);
    lowering.builder.call(
      'get_current_comm',
      { kind: 'address', place },
      { kind: 'operand', operand: BigInt(COMM_BYTES) },
    );
    return { kind: 'memory', place, size };
  },
};
