import { characterArray } from '../ir/lower-member.ts';
import type { Lowering } from '../ir/lowering.ts';
import { readBytes } from '../ir/read-memory.ts';
import type { Destination } from '../ir/value.ts';
import type { Expression } from '../syntax/ast.ts';
import { pointerSpace } from './pointer-space.ts';

/** Copies the bytes of an array, or those that a pointer leads to, to memory of the program. */
export function copyBytes(lowering: Lowering, source: Expression, bytes: number, into: Destination): void {
  const type = lowering.typeOf(source);
  const { builder } = lowering;
  const array = characterArray(lowering, source);
  if (array !== undefined) {
    readBytes(lowering, { ...array, bytes }, into);
  } else if ((type.kind === 'array' || type.kind === 'record') && type.space !== 'program') {
    const space = type.space === 'context' ? 'kernel' : type.space;
    readBytes(lowering, { address: lowering.number(source), space, bytes }, into);
  } else if (type.kind === 'array' || type.kind === 'record' || type.kind === 'string') {
    const address = builder.address(lowering.memory(source).place);
    readBytes(lowering, { address, space: 'kernel', bytes }, into);
  } else {
    readBytes(lowering, { address: lowering.number(source), space: pointerSpace(type, lowering.target), bytes }, into);
  }
}
