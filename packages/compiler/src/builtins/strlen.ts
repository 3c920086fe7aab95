import { stringLength } from '../ir/string-length.ts';
import { numberValue } from '../ir/value.ts';
import type { Expression } from '../syntax/ast.ts';
import { textBytes } from '../types/text-bytes.ts';
import { int64, uint64 } from '../types/type.ts';
import type { FunctionDefinition } from './definition.ts';
import { checkString, stringValue } from './string-argument.ts';

/** The bytes of a text, without its zero. */
export const strlen: FunctionDefinition = {
  kind: 'function',
  name: 'strlen',
  signature: 'strlen(string)',
  kernel: '4.11',
  minimum: 1,
  maximum: 1,
  check(call, context) {
    checkString('strlen', call.arguments[0] as Expression, context);
    return uint64;
  },
  lower(call, lowering) {
    const [text] = call.arguments as [Expression];
    if (text.kind === 'string') return numberValue(BigInt(textBytes(text.value).indexOf(0)));
    return numberValue(stringLength(lowering, stringValue(lowering, text)));
  },
};

/** The bytes there is room for: of a string those it may have, with its zero; behind a pointer those there are. */
export const strcap: FunctionDefinition = {
  kind: 'function',
  name: 'strcap',
  signature: 'strcap(string)',
  kernel: '4.11',
  minimum: 1,
  maximum: 1,
  check(call, context) {
    checkString('strcap', call.arguments[0] as Expression, context);
    return int64;
  },
  lower(call, lowering) {
    const [text] = call.arguments as [Expression];
    const type = lowering.typeOf(text);
    if (type.kind === 'string') return numberValue(BigInt(type.bytes));
    return numberValue(stringLength(lowering, stringValue(lowering, text)));
  },
};
