import { emitEvent } from '../ir/lower-record.ts';
import { noValue } from '../ir/value.ts';
import type { Call, Expression } from '../syntax/ast.ts';
import { describe } from '../types/describe-type.ts';
import { isNumber, isStorable, storageBytes, storedType, type Type, voidType } from '../types/type.ts';
import type { CheckContext, FunctionDefinition } from './definition.ts';
import { type Conversion, parseFormat } from './format-string.ts';

/** Bytes of one event: a record must fit the ring many times over. */
const MAX_RECORD = 32 * 1024;

/** Prints its arguments as C's printf does. */
export const printf: FunctionDefinition = {
  kind: 'function',
  name: 'printf',
  signature: 'printf("format", value ...)',
  kernel: '5.8',
  minimum: 1,
  maximum: 64,
  check(call, context) {
    const [format, ...values] = call.arguments;
    const types = values.map((value) => context.typeOf(value));
    if (format?.kind !== 'string') {
      context.report('invalid-argument', format?.span ?? call.span, 'printf() expects its format as a string literal');
      return voidType;
    }
    const parsed = parseFormat(format.value);
    if ('error' in parsed) context.report('invalid-argument', format.span, `printf: ${parsed.error}`);
    else checkValues(call, parsed.conversions, values, types, context);
    const bytes = types.reduce((sum, type) => sum + storageBytes(storedType(type)), 0);
    if (bytes > MAX_RECORD) {
      context.report(
        'limit',
        call.span,
        `printf: the arguments take ${bytes} bytes; at most ${MAX_RECORD} are allowed`,
      );
    }
    return voidType;
  },
  lower(call, lowering) {
    const [format, ...values] = call.arguments;
    const text = format?.kind === 'string' ? format.value : '';
    emitEvent(lowering, values, (args) => ({ kind: 'printf', format: text, args }));
    return noValue;
  },
};

function checkValues(
  call: Call,
  conversions: readonly Conversion[],
  values: readonly Expression[],
  types: readonly Type[],
  context: CheckContext,
): void {
  if (conversions.length !== values.length) {
    const wrong = conversions.length > values.length ? 'Not enough' : 'Too many';
    const message = `printf: ${wrong} arguments for format string (${conversions.length} expected, ${values.length} found)`;
    context.report('invalid-argument', call.span, message);
    return;
  }
  for (const [index, { text, letter }] of conversions.entries()) {
    const type = types[index];
    const value = values[index];
    if (type === undefined || value === undefined || type.kind === 'unknown') continue;
    if (!isStorable(type)) {
      context.report('type-mismatch', value.span, `printf: ${describe(type)} cannot be printed`);
    } else if (!fits(letter, type)) {
      const wanted = letter === 's' ? 'string' : 'integer';
      const hint = type.kind === 'pointer' ? 'read the text with str()' : undefined;
      const message = `printf: ${text} specifier expects a value of type ${wanted} (${describe(type)} supplied)`;
      context.report('type-mismatch', value.span, message, hint);
    }
  }
}

/** `%s` takes everything that has a text of its own, the other conversions numbers. */
function fits(letter: string, type: Type): boolean {
  if (letter !== 's') return isNumber(type);
  if (type.kind === 'integer') return type.enumeration !== undefined;
  return type.kind !== 'pointer';
}
