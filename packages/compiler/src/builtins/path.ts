import { clearMemory } from '../ir/memory.ts';
import { isTyped, typedPointer } from '../ir/typed-pointer.ts';
import { constantValue } from '../passes/fold-constants.ts';
import type { Expression } from '../syntax/ast.ts';
import { stringType } from '../types/type.ts';
import type { FunctionDefinition } from './definition.ts';
import { probeTypeOf } from './probetype.ts';
import { requireHelper } from './required-helper.ts';

/** Objects of this size and less may be on the stack, which the helper does not take of every kernel. */
const SMALLEST = 40;

/** The whole name of a file by the kernel's `struct path`, in functions that the kernel allows it for. */
export const path: FunctionDefinition = {
  kind: 'function',
  name: 'path',
  signature: 'path(args.file.f_path [, size])',
  kernel: '5.10',
  minimum: 1,
  maximum: 2,
  check(call, context) {
    const [source, size] = call.arguments as [Expression, Expression?];
    const { target, config } = context;
    context.typeOf(source);
    if (target.context.kind !== 'function') {
      const message = `path can not be used with "${probeTypeOf(target)}" probes`;
      context.report('invalid-use', call.span, message, 'fentry and fexit have it');
    } else if (!isTyped(source, (expression) => context.typeOf(expression))) {
      const message = 'path() takes a struct path that is reached from an argument by fields alone';
      context.report('invalid-argument', source.span, message, 'write path(args.file.f_path)');
    }
    // Kernels that have the one have the other (5.10).
    requireHelper('raw_tracepoint_test_run', call.span, 'path()', context);
    if (size === undefined) return stringType(config.maxStringLength);
    context.typeOf(size);
    const bytes = constantValue(size);
    if (bytes !== undefined && bytes >= 1n && bytes <= BigInt(config.maxStringLength)) return stringType(Number(bytes));
    const message = `path(): size is a number from 1 to ${config.maxStringLength}`;
    context.report('invalid-argument', size.span, message);
    return stringType(config.maxStringLength);
  },
  lower(call, lowering) {
    const { builder } = lowering;
    const type = lowering.typeOf(call);
    if (type.kind !== 'string') throw new Error('path() without a string');
    const size = Math.max(SMALLEST, type.size);
    const place = lowering.allocate(size);
    clearMemory(lowering, place, size);
    const failed = builder.call(
      'd_path',
      { kind: 'operand', operand: typedPointer(lowering, call.arguments[0] as Expression) },
      { kind: 'address', place },
      { kind: 'operand', operand: BigInt(type.bytes) },
    );
    builder.when('slt', failed, 0n, () => lowering.countLoss('readFailed'));
    // The helper leaves the path's old place behind what it moved to the front.
    return { kind: 'memory', place, size: type.size };
  },
};
