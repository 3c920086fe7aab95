import { resize } from '../ir/lower-number.ts';
import type { Lowering } from '../ir/lowering.ts';
import { numberValue, type Operand, type Value } from '../ir/value.ts';
import type { IntegerType } from '../types/type.ts';

export const uint32: IntegerType = { kind: 'integer', size: 4, signed: false };

/** The low 32 bits: several helpers pack two numbers into what they return. */
export function lowHalf(lowering: Lowering, operand: Operand): Value {
  return numberValue(resize(lowering.builder, operand, 4, false));
}
