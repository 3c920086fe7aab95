import { clearMemory } from '../ir/memory.ts';
import { placeAt } from '../ir/value.ts';
import { stringType } from '../types/type.ts';
import type { BuiltinDefinition } from './definition.ts';

/** TASK_COMM_LEN, with the zero. */
const COMM_BYTES = 16;

/** The name of the thread. The helper fills all 16 bytes. */
export const comm: BuiltinDefinition = {
  name: 'comm',
  kernel: '4.2',
  check: () => stringType(COMM_BYTES),
  lower(lowering, into) {
    const fits = into !== undefined && into.size >= COMM_BYTES;
    const { place, size } = fits ? into : { place: lowering.allocate(COMM_BYTES), size: COMM_BYTES };
    lowering.builder.call(
      'get_current_comm',
      { kind: 'address', place },
      { kind: 'operand', operand: BigInt(COMM_BYTES) },
    );
    if (size > COMM_BYTES) clearMemory(lowering, placeAt(place, COMM_BYTES), size - COMM_BYTES);
    return { kind: 'string', place, size };
  },
};
