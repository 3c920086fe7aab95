import type { Call, Expression } from '../syntax/ast.ts';
import { describe, typeName } from '../types/describe-type.ts';
import { isNumber, isStorable, storageBytes, storedType, type Type } from '../types/type.ts';
import type { CheckContext } from './definition.ts';
import { type Conversion, parseFormat } from './format-string.ts';

/** Bytes of one event: a record must fit the ring many times over. */
const MAX_RECORD = 32 * 1024;

const numberLetters = 'diuxXocp';
/** Of buffers: as text, or as hexadecimal digits. */
const bufferLetters: readonly string[] = ['r', 'rx', 'rh'];

/** Checks a call whose first argument is a format and whose others are its values, as printf has them. */
export function checkFormat(call: Call, context: CheckContext): void {
  const [format, ...values] = call.arguments;
  const types = values.map((value) => context.typeOf(value));
  if (format?.kind !== 'string') {
    const given = format === undefined ? '' : ` (${describe(context.typeOf(format))} provided)`;
    context.report('invalid-argument', call.span, `${call.name}() expects a string literal${given}`);
    return;
  }
  checkValues(call, parseFormat(format.value), values, types, context);
  const bytes = types.reduce((sum, type) => sum + storageBytes(storedType(type)), 0);
  if (bytes > MAX_RECORD) {
    const message = `${call.name}: the arguments take ${bytes} bytes; at most ${MAX_RECORD} are allowed`;
    context.report('limit', call.span, message);
  }
}

/** The format of a call that checkFormat() has accepted. */
export function formatOf(call: Call): string {
  const [format] = call.arguments;
  return format?.kind === 'string' ? format.value : '';
}

function checkValues(
  call: Call,
  conversions: readonly Conversion[],
  values: readonly Expression[],
  types: readonly Type[],
  context: CheckContext,
): void {
  if (conversions.length !== values.length) {
    const wrong = conversions.length > values.length ? 'not enough' : 'too many';
    const message = `${wrong} arguments for format string (${values.length} supplied, ${conversions.length} expected)`;
    context.report('invalid-argument', call.span, message);
    return;
  }
  for (const [index, { letter }] of conversions.entries()) {
    const type = types[index];
    const value = values[index];
    if (type === undefined || value === undefined || type.kind === 'unknown') continue;
    const known = letter === 's' || numberLetters.includes(letter) || bufferLetters.includes(letter);
    if (!known) {
      const message = `unsupported format specifier: ${letter}`;
      context.report('invalid-argument', call.span, message, 'there are d i u x X o c p s r rx and rh');
    } else if (!isStorable(type)) {
      context.report('type-mismatch', value.span, `${describe(type)} cannot be printed`);
    } else if (letter !== 's' && (bufferLetters.includes(letter) ? type.kind !== 'buffer' : !isNumber(type))) {
      const message = `unsupported format specifier for type '${typeName(type)}': ${letter}`;
      context.report('type-mismatch', call.span, message, 'write %s');
    }
  }
}
