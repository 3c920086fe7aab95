import { compareBytes } from '../ir/compare-bytes.ts';
import type { Lowering } from '../ir/lowering.ts';
import { literalWords, memoryWords, type WordSource } from '../ir/string-words.ts';
import { numberValue } from '../ir/value.ts';
import { constantValue } from '../passes/fold-constants.ts';
import type { Call, Expression } from '../syntax/ast.ts';
import { describe } from '../types/describe-type.ts';
import { int64, isNumber, uint64 } from '../types/type.ts';
import type { CheckContext, FunctionDefinition } from './definition.ts';
import { checkString, stringValue } from './string-argument.ts';

/** 0 where two strings are the same up to `n` characters, else 1. */
export const strncmp: FunctionDefinition = {
  kind: 'function',
  name: 'strncmp',
  signature: 'strncmp(a, b, n)',
  kernel: '4.11',
  minimum: 3,
  maximum: 3,
  check(call, context) {
    const [left, right] = call.arguments as [Expression, Expression];
    for (const text of [left, right]) checkString('strncmp', text, context);
    checkCount(call, context);
    return uint64;
  },
  lower(call, lowering) {
    const { builder } = lowering;
    const [left, right] = call.arguments as [Expression, Expression];
    const result = builder.copy(0n);
    compareBytes(
      lowering,
      textWords(lowering, left),
      textWords(lowering, right),
      { count: countOf(call), texts: true },
      () => {
        builder.assign(result, 1n);
      },
    );
    return numberValue(result);
  },
};

/** The first `n` bytes of two values: 0 where they are the same, else -1 or 1 by the first byte that differs. */
export const memcmp: FunctionDefinition = {
  kind: 'function',
  name: 'memcmp',
  signature: 'memcmp(a, b, n)',
  kernel: '4.11',
  minimum: 3,
  maximum: 3,
  check(call, context) {
    const [left, right] = call.arguments as [Expression, Expression];
    for (const value of [left, right]) {
      const type = context.typeOf(value);
      if (type.kind === 'unknown' || ['string', 'array', 'record', 'tuple'].includes(type.kind)) continue;
      const message = `memcmp() compares strings, arrays and structures (${describe(type)} provided)`;
      context.report('type-mismatch', value.span, message);
    }
    checkCount(call, context);
    return int64;
  },
  lower(call, lowering) {
    const { builder } = lowering;
    const [left, right] = call.arguments as [Expression, Expression];
    const result = builder.copy(0n);
    const after = builder.newBlock();
    const [a, b] = [valueWords(lowering, left), valueWords(lowering, right)];
    compareBytes(lowering, a, b, { count: countOf(call), texts: false }, (l, r) => {
      builder.assign(result, 1n);
      // In memory's order: the first byte counts most.
      builder.when('ult', builder.swap(l, 64), builder.swap(r, 64), () => builder.assign(result, -1n));
      builder.jump(after);
    });
    builder.jump(after);
    builder.startBlock(after);
    return numberValue(result);
  },
};

function checkCount(call: Call, context: CheckContext): void {
  const count = call.arguments[2] as Expression;
  const type = context.typeOf(count);
  const value = constantValue(count);
  if (!isNumber(type) || value === undefined || value < 0n) {
    context.report('invalid-argument', count.span, `Builtin ${call.name} requires a non-negative literal`);
  }
}

function countOf(call: Call): number {
  const value = constantValue(call.arguments[2] as Expression) ?? 0n;
  return value > 1_000_000n ? 1_000_000 : Number(value);
}

function textWords(lowering: Lowering, text: Expression): WordSource {
  return text.kind === 'string' ? literalWords(text.value) : memoryWords(lowering, stringValue(lowering, text));
}

function valueWords(lowering: Lowering, value: Expression): WordSource {
  return value.kind === 'string' ? literalWords(value.value) : memoryWords(lowering, lowering.memory(value));
}
