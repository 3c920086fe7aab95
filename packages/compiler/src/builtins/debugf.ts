import type { CallArgument } from '../ir/ir.ts';
import { lowerLiteral } from '../ir/lower-string.ts';
import { noValue } from '../ir/value.ts';
import type { Expression } from '../syntax/ast.ts';
import { textBytes } from '../types/text-bytes.ts';
import { voidType } from '../types/type.ts';
import type { FunctionDefinition } from './definition.ts';
import { checkFormat, formatOf } from './format-arguments.ts';
import { parseFormat } from './format-string.ts';

/** What the helper takes. */
const MAX_VALUES = 3;
const letters: readonly string[] = ['d', 'u', 'x', 'p', 's'];

/** Prints to the kernel's trace_pipe, for those who look into a program that does not get as far as a ring. */
export const debugf: FunctionDefinition = {
  kind: 'function',
  name: 'debugf',
  signature: 'debugf("format", value ...)',
  kernel: '4.1; strings 5.13',
  minimum: 1,
  maximum: 1 + MAX_VALUES,
  check(call, context) {
    checkFormat(call, context);
    for (const [index, { letter }] of parseFormat(formatOf(call)).entries()) {
      const value = call.arguments[index + 1];
      if (value === undefined || letter !== 's') continue;
      const type = context.typeOf(value);
      if (type.kind === 'string' || type.kind === 'unknown') continue;
      context.report(
        'type-mismatch',
        value.span,
        'Type does not match format specifier: s',
        'the kernel prints no other value so',
      );
    }
    const unknown = parseFormat(formatOf(call)).find(({ letter }) => !letters.includes(letter));
    if (unknown !== undefined) {
      const message = `Invalid format specifier for \`debugf\`: ${unknown.letter}`;
      context.report('invalid-argument', call.span, message, `there are ${letters.join(', ')}`);
    }
    const advice = 'The debugf() builtin is not recommended for production use.';
    context.warn('invalid-use', call.span, `${advice} For more information see bpf_trace_printk in bpf-helpers(7).`);
    return voidType;
  },
  lower(call, lowering) {
    const text = formatOf(call);
    const format = lowerLiteral(lowering, text);
    if (format.kind !== 'memory') throw new Error('a text without memory');
    const values = call.arguments.slice(1).map((value): CallArgument => argumentOf(value));
    lowering.builder.call(
      'trace_printk',
      { kind: 'address', place: format.place },
      { kind: 'operand', operand: BigInt(textBytes(text).length) },
      ...values,
    );
    return noValue;

    function argumentOf(value: Expression): CallArgument {
      return lowering.typeOf(value).kind === 'string'
        ? { kind: 'address', place: lowering.memory(value).place }
        : { kind: 'operand', operand: lowering.number(value) };
    }
  },
};
