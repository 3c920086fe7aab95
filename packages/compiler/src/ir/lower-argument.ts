import type { TypeSource } from '@bpfleet/bpf';
import type { Member } from '../syntax/ast.ts';
import { btfType } from '../types/btf-type.ts';
import { functionLayout } from '../types/function-layout.ts';
import { resize } from './lower-number.ts';
import type { Lowering } from './lowering.ts';
import { readInteger } from './read-memory.ts';
import { inRegister, numberValue, type Value } from './value.ts';

/** `args.x` of fentry and fexit. */
export function lowerArgument(lowering: Lowering, { name }: Member): Value {
  const { types, layout } = functionOf(lowering);
  const place = layout.parameters.get(name);
  if (place === undefined) throw new Error(`the function has no parameter ${name}`);
  return cellValue(lowering, types, place.offset, place.type);
}

/** `retval` of fexit. */
export function lowerResult(lowering: Lowering): Value {
  const { types, layout, returns } = functionOf(lowering);
  return cellValue(lowering, types, layout.resultOffset, returns);
}

function functionOf({ target, env }: Lowering) {
  const found = target.context.kind === 'function' ? target.context.function : null;
  if (found === null || env.types === undefined) throw new Error(`${target.name} has no function`);
  return { types: env.types, layout: functionLayout(env.types, found), returns: found.returns };
}

/**
 * A cell of the context. The verifier gives pointers loaded from there a type that forbids arithmetic on them; read as
 * memory they are plain numbers. Of shorter integers the upper bytes of a register mean nothing.
 */
function cellValue(lowering: Lowering, types: TypeSource, offset: number, id: number): Value {
  const { builder, config } = lowering;
  const type = btfType(types, id, 'any', config.maxStringLength);
  const address = builder.binary('add', builder.context(), BigInt(offset));
  switch (type?.kind) {
    case 'integer': {
      const loaded = builder.load(8, inRegister(builder.context(), offset));
      return numberValue(resize(builder, loaded, type.size, type.signed));
    }
    case 'boolean': {
      const loaded = builder.load(8, inRegister(builder.context(), offset));
      return numberValue(builder.binary('and', loaded, 0xffn));
    }
    case 'record':
      return numberValue(address);
    default:
      return numberValue(readInteger(lowering, address, 'kernel', 8));
  }
}
