import type { KeyType, Scalar, Stack } from '@bpfleet/aggregate';
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { ContractError, ContractLimits, requireAtMost } from './contract-error.ts';
import { type Stack as StackMessage, type Value, ValueSchema } from './gen/bpfleet/trace/v1/result_pb.ts';

/** A scalar for the wire. Integers from 2^63 up go as unsigned. */
export function encodeScalar(scalar: Scalar): Value {
  return create(ValueSchema, scalarInit(scalar));
}

function scalarInit(scalar: Scalar): MessageInitShape<typeof ValueSchema> {
  if (typeof scalar === 'string') {
    return { kind: { case: 'str', value: scalar } };
  }
  if (typeof scalar === 'object') {
    const frames = scalar.map(({ symbol, module, offset }) => ({ symbol, module, offset: BigInt(offset) }));
    return { kind: { case: 'stack', value: { frames } } };
  }
  return { kind: scalar >= 1n << 63n ? { case: 'uint', value: scalar } : { case: 'int', value: scalar } };
}

/** The scalar of a message. With `type`, one of another type is refused. Throws ContractError. */
export function decodeScalar(message: Value, path = 'value', type?: KeyType): Scalar {
  const { kind } = message;
  switch (kind.case) {
    case 'int':
    case 'uint':
      if (type === 'string' || type === 'stack') {
        throw new ContractError(path, `is an integer where a ${type} belongs`);
      }
      return integerOf(kind.value, type);
    case 'str':
      if (type !== undefined && type !== 'string') {
        throw new ContractError(path, `is a string where ${type === 'stack' ? 'a stack' : 'an integer'} belongs`);
      }
      requireAtMost(`${path}.str`, kind.value.length, ContractLimits.stringLength);
      return kind.value;
    case 'stack':
      if (type !== undefined && type !== 'stack') {
        throw new ContractError(path, 'is a stack where something else belongs');
      }
      return decodeStack(kind.value, path);
    case 'raw':
      throw new ContractError(path, 'is of a kind that no map key or argument has');
    case undefined:
      throw new ContractError(path, 'is empty');
  }
}

function decodeStack({ frames }: StackMessage, path: string): Stack {
  requireAtMost(`${path}.stack.frames`, frames.length, ContractLimits.framesPerStack);
  return frames.map(({ symbol, module, offset }) => {
    requireAtMost(`${path}.stack.symbol`, symbol.length, ContractLimits.symbolLength);
    requireAtMost(`${path}.stack.module`, module.length, ContractLimits.nameLength);
    if (offset > BigInt(Number.MAX_SAFE_INTEGER)) throw new ContractError(`${path}.stack.offset`, 'is too large');
    return { symbol, module, offset: Number(offset) };
  });
}

/** The same 64 bits give the same key on every node, however they were sent. */
function integerOf(value: bigint, type: KeyType | undefined): bigint {
  switch (type) {
    case 'int':
      return BigInt.asIntN(64, value);
    case 'uint':
      return BigInt.asUintN(64, value);
    case 'string':
    case 'stack':
    case undefined:
      return value;
  }
}
