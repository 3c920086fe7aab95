import type { Lowering } from '../ir/lowering.ts';
import { searchLiteral, searchString } from '../ir/search-string.ts';
import { numberValue, type Operand } from '../ir/value.ts';
import type { Call, Expression } from '../syntax/ast.ts';
import { textBytes } from '../types/text-bytes.ts';
import { booleanType, int64, type Type } from '../types/type.ts';
import type { FunctionDefinition } from './definition.ts';
import { checkString, stringValue } from './string-argument.ts';

/** Where a string begins in another, from 0; -2 where it does not. */
export const strstr: FunctionDefinition = search('strstr', int64, (_lowering, index) => index);

/** Whether a string is part of another. */
export const strcontains: FunctionDefinition = search('strcontains', booleanType, ({ builder }, index) => {
  if (typeof index === 'bigint') return index >= 0n ? 1n : 0n;
  return builder.binary('xor', builder.binary('ushr', index, 63n), 1n);
});

function search(name: string, type: Type, result: (lowering: Lowering, index: Operand) => Operand): FunctionDefinition {
  return {
    kind: 'function',
    name,
    signature: `${name}(haystack, needle)`,
    kernel: '4.11',
    minimum: 2,
    maximum: 2,
    check(call, context) {
      for (const text of call.arguments) checkString(name, text, context);
      return type;
    },
    lower: (call, lowering) => numberValue(result(lowering, find(call, lowering))),
  };
}

function find(call: Call, lowering: Lowering): Operand {
  const [haystack, needle] = call.arguments as [Expression, Expression];
  if (haystack.kind === 'string' && needle.kind === 'string') return findLiteral(haystack.value, needle.value);
  const type = lowering.typeOf(haystack);
  const text =
    type.kind === 'string'
      ? { size: type.size, store: (into: Parameters<Lowering['memory']>[1]) => lowering.memory(haystack, into) }
      : pointed(lowering, haystack);
  if (needle.kind === 'string') return searchLiteral(lowering, text, needle.value);
  return searchString(lowering, text, stringValue(lowering, needle));
}

function pointed(lowering: Lowering, pointer: Expression) {
  const value = stringValue(lowering, pointer);
  return { size: value.size, store: () => value };
}

/** By bytes, as everything else counts. */
function findLiteral(haystack: string, needle: string): bigint {
  const index = haystack.indexOf(needle);
  return index < 0 ? -2n : BigInt(textBytes(haystack.slice(0, index)).length - 1);
}
