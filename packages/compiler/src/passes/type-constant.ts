import { findBuiltin } from '../builtins/index.ts';
import type { CompileConfig, CompileEnv } from '../env.ts';
import type { Expression, OffsetOf } from '../syntax/ast.ts';
import { btfType } from '../types/btf-type.ts';
import { namedType } from '../types/named-type.ts';
import { recordOf } from '../types/record.ts';
import { cBytes, literalType, type Type } from '../types/type.ts';
import { constantValue } from './fold-constants.ts';

interface ConstantContext {
  readonly env: CompileEnv;
  readonly config: CompileConfig;
  typeOf(expression: Expression): Type;
}

/** The number that `sizeof`, `offsetof` and names of enumerations stand for; undefined for everything else. */
export function constantOf(expression: Expression, context: ConstantContext): bigint | undefined {
  switch (expression.kind) {
    case 'sizeof': {
      const type = typeIn(expression.of, context);
      // The name of an enumeration's value is a whole number, whatever the number.
      if (type?.kind === 'integer' && expression.of.kind === 'identifier' && type.enumeration !== undefined) return 8n;
      return type === undefined || type.kind === 'unknown' ? undefined : BigInt(cBytes(type));
    }
    case 'offsetof':
      return offsetOf(expression, context);
    case 'identifier':
      if (findBuiltin(expression.name) !== undefined) return undefined;
      return context.env.types?.enumerator(expression.name)?.value;
    default:
      return undefined;
  }
}

/** The type that is named, or the type of the expression; undefined where it is not known. */
export function typeIn(of: (Expression & { kind: 'sizeof' })['of'], context: ConstantContext): Type | undefined {
  if (of.kind !== 'type-name') {
    const value = constantValue(of);
    return value === undefined ? context.typeOf(of) : literalType(value);
  }
  const { env, config } = context;
  const typeOf = (one: Expression) => context.typeOf(one);
  const type = namedType(of, { types: env.types, maxString: config.maxStringLength, space: 'kernel', typeOf });
  return type === undefined || 'reason' in type ? undefined : type;
}

function offsetOf({ of, path }: OffsetOf, context: ConstantContext): bigint | undefined {
  const { types } = context.env;
  let type = typeIn(of, context);
  let bits = 0;
  for (const name of path) {
    const record = type && recordOf(type);
    const member = record && types?.member(record.id, name);
    if (types === undefined || member === undefined) return undefined;
    bits += member.bitOffset;
    type = btfType(types, member.type, 'kernel', context.config.maxStringLength);
  }
  return BigInt(Math.floor(bits / 8));
}
