import { numberValue } from '../ir/value.ts';
import type { Expression } from '../syntax/ast.ts';
import { booleanType, type Type } from '../types/type.ts';
import type { FunctionDefinition } from './definition.ts';

/** A question about a type, which is answered when the program is made; the expression is not evaluated. */
function typeTest(name: string, test: (type: Type, expression: Expression) => boolean): FunctionDefinition {
  return {
    kind: 'function',
    name,
    signature: `${name}(expression)`,
    kernel: '4.1',
    minimum: 1,
    maximum: 1,
    check(call, context) {
      context.typeOf(call.arguments[0] as Expression);
      return booleanType;
    },
    known(call, context) {
      const [expression] = call.arguments as [Expression];
      const type = context.typeOf(expression);
      if (type.kind === 'unknown') return undefined;
      return test(type, expression) ? 1n : 0n;
    },
    lower(call, lowering) {
      const [expression] = call.arguments as [Expression];
      return numberValue(test(lowering.typeOf(expression), expression) ? 1n : 0n);
    },
  };
}

const literals: readonly string[] = ['integer', 'string', 'boolean'];

export const typeTests: readonly FunctionDefinition[] = [
  typeTest('is_str', ({ kind }) => kind === 'string'),
  typeTest('is_ptr', ({ kind }) => kind === 'pointer'),
  typeTest('is_array', ({ kind }) => kind === 'array'),
  typeTest('is_integer', ({ kind }) => kind === 'integer'),
  typeTest('is_unsigned_integer', (type) => type.kind === 'integer' && !type.signed),
  typeTest('is_literal', (_type, { kind }) => literals.includes(kind)),
];
