import { emitControl, RECORD_HEADER, send } from '../ir/lower-record.ts';
import type { Lowering } from '../ir/lowering.ts';
import { returnFromProgram } from '../ir/return-from-program.ts';
import { inRegister, noValue } from '../ir/value.ts';
import type { Expression } from '../syntax/ast.ts';
import { describe } from '../types/describe-type.ts';
import { fieldLayout } from '../types/field-layout.ts';
import { int64, isNumber, voidType } from '../types/type.ts';
import type { FunctionDefinition } from './definition.ts';

/** Ends the trace; the probe ends at once. The code is what the process exits with. */
export const exit: FunctionDefinition = {
  kind: 'function',
  name: 'exit',
  signature: 'exit([code])',
  kernel: '4.4',
  minimum: 0,
  maximum: 1,
  check({ arguments: [code], span }, context) {
    const type = code && context.typeOf(code);
    if (code !== undefined && type !== undefined && !isNumber(type)) {
      const message = `exit() only supports int arguments (${describe(type)} provided)`;
      context.report('type-mismatch', span, message);
    }
    return voidType;
  },
  lower({ arguments: [code] }, lowering) {
    emitExit(lowering, code);
    // What follows in the block is dropped, but a surrounding ternary still needs a block to go on in.
    return noValue;
  },
};

/** Asks for the end of the trace and ends the program. */
export function emitExit(lowering: Lowering, code: Expression | bigint | undefined): void {
  const { builder, resources } = lowering;
  if (code === undefined) {
    emitControl(lowering, { kind: 'exit' });
  } else {
    resources.controlRing = true;
    const value = typeof code === 'bigint' ? code : lowering.number(code);
    const field = fieldLayout(int64, RECORD_HEADER, undefined);
    const size = RECORD_HEADER + field.size;
    const id = resources.record({ kind: 'exit', code: field }, size);
    send(lowering, 'control', id, size, (register) => {
      builder.store(8, inRegister(register, field.offset), value);
    });
  }
  returnFromProgram(lowering);
}
