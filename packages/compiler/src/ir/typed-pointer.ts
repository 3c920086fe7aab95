import type { Expression, Member } from '../syntax/ast.ts';
import { functionLayout } from '../types/function-layout.ts';
import { recordOf } from '../types/record.ts';
import type { Type } from '../types/type.ts';
import type { Lowering } from './lowering.ts';
import { inRegister, type Operand } from './value.ts';

/**
 * Whether an expression leads from an argument of fentry or fexit to a structure by fields alone. Only there the
 * verifier knows the type of a pointer, which some helpers ask for.
 */
export function isTyped(expression: Expression, typeOf: (expression: Expression) => Type): boolean {
  if (expression.kind === 'unary' && expression.operator === '&') return isTyped(expression.operand, typeOf);
  if (expression.kind !== 'member') return false;
  if (typeOf(expression.object).kind === 'args') return true;
  return recordOf(typeOf(expression.object)) !== undefined && isTyped(expression.object, typeOf);
}

/** The address that such an expression gives, with its type as the verifier sees it. */
export function typedPointer(lowering: Lowering, expression: Expression): Operand {
  if (expression.kind === 'unary') return addressOf(lowering, expression.operand as Member);
  const member = expression as Member;
  if (lowering.typeOf(member).kind !== 'pointer') return addressOf(lowering, member);
  if (lowering.typeOf(member.object).kind === 'args') return argument(lowering, member.name);
  return lowering.builder.load(8, inRegister(lowering.builder.register(addressOf(lowering, member))));
}

function addressOf(lowering: Lowering, { object, name }: Member): Operand {
  const record = recordOf(lowering.typeOf(object));
  const field = record && lowering.env.types?.member(record.id, name);
  if (field === undefined) throw new Error(`there is no field ${name}`);
  return lowering.builder.binary('add', typedPointer(lowering, object), BigInt(field.bitOffset / 8));
}

function argument({ builder, target, env }: Lowering, name: string): Operand {
  const found = target.context.kind === 'function' ? target.context.function : null;
  const place = found && env.types && functionLayout(env.types, found).parameters.get(name);
  if (!place) throw new Error(`the function has no parameter ${name}`);
  return builder.load(8, inRegister(builder.context(), place.offset));
}
