import {
  type Composite,
  isNamed,
  isStack,
  type KeyType,
  type Scalar,
  type Stack,
  type StackFrame,
} from '@bpfleet/aggregate';
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { boundText } from './bound-text.ts';
import { ContractError, ContractLimits, requireAtMost } from './contract-error.ts';
import {
  Composite_Kind,
  type Composite as CompositeMessage,
  type Stack as StackMessage,
  type Value,
  ValueSchema,
} from './gen/bpfleet/trace/v1/result_pb.ts';

/** Of a symbol that is sent: two stacks of 127 frames fit into a frame whatever their names. */
const SYMBOL_CHARACTERS = 512;

const wireKinds = {
  tuple: Composite_Kind.TUPLE,
  record: Composite_Kind.RECORD,
  array: Composite_Kind.ARRAY,
} as const;
const kinds = new Map(Object.entries(wireKinds).map(([kind, wire]) => [wire as number, kind as Composite['kind']]));

/** A scalar for the wire. Integers from 2^63 up go as unsigned. */
export function encodeScalar(scalar: Scalar): Value {
  return create(ValueSchema, scalarInit(scalar));
}

function scalarInit(scalar: Scalar): MessageInitShape<typeof ValueSchema> {
  switch (typeof scalar) {
    case 'string':
      return { kind: { case: 'str', value: scalar } };
    case 'boolean':
      return { kind: { case: 'truth', value: scalar } };
    case 'bigint':
      return { kind: scalar >= 1n << 63n ? { case: 'uint', value: scalar } : { case: 'int', value: scalar } };
    default:
  }
  if (isStack(scalar)) {
    return { kind: { case: 'stack', value: { frames: scalar.map(frameInit) } } };
  }
  if (isNamed(scalar)) return { kind: { case: 'str', value: scalar.text } };
  const { kind, parts, names = [] } = scalar;
  const value = { kind: wireKinds[kind], parts: parts.map(scalarInit), names: [...names] };
  return { kind: { case: 'composite', value } };
}

/** C++ has names of ten thousand characters, and a file's path may be longer than what is accepted. */
function frameInit({ symbol, module, offset, text = '', buildId = '' }: StackFrame) {
  return {
    symbol: boundText(symbol, SYMBOL_CHARACTERS),
    module: boundText(module, ContractLimits.nameLength, 'end'),
    offset: BigInt(offset),
    text: boundText(text, SYMBOL_CHARACTERS),
    buildId,
  };
}

/** The scalar of a message. With `type`, one of another type is refused. Throws ContractError. */
export function decodeScalar(message: Value, path = 'value', type?: KeyType, depth = 0): Scalar {
  const { kind } = message;
  if (kind.case === undefined) throw new ContractError(path, 'is empty');
  if (type !== undefined && !accepts(type, kind)) {
    throw new ContractError(path, `is a ${kind.case} where ${type === 'string' ? 'a string' : `a ${type}`} belongs`);
  }
  switch (kind.case) {
    case 'int':
    case 'uint':
      return integerOf(kind.value, type);
    case 'truth':
      return kind.value;
    case 'str':
      requireAtMost(`${path}.str`, kind.value.length, ContractLimits.stringLength);
      return kind.value;
    case 'stack':
      return decodeStack(kind.value, path);
    case 'composite':
      return decodeComposite(kind.value, path, depth);
    case 'raw':
      throw new ContractError(path, 'is of a kind that no map key or argument has');
  }
}

function accepts(type: KeyType, kind: Exclude<Value['kind'], { case: undefined }>): boolean {
  switch (kind.case) {
    case 'int':
    case 'uint':
      return type === 'int' || type === 'uint';
    case 'str':
      return type === 'string';
    case 'truth':
      return type === 'bool';
    case 'composite':
      return kinds.get(kind.value.kind) === type;
    default:
      return type === kind.case;
  }
}

function decodeStack({ frames }: StackMessage, path: string): Stack {
  requireAtMost(`${path}.stack.frames`, frames.length, ContractLimits.framesPerStack);
  return frames.map(({ symbol, module, offset, text, buildId }) => {
    requireAtMost(`${path}.stack.symbol`, symbol.length, ContractLimits.symbolLength);
    requireAtMost(`${path}.stack.module`, module.length, ContractLimits.nameLength);
    requireAtMost(`${path}.stack.text`, text.length, ContractLimits.symbolLength);
    requireAtMost(`${path}.stack.buildId`, buildId.length, ContractLimits.nameLength);
    if (offset > BigInt(Number.MAX_SAFE_INTEGER)) throw new ContractError(`${path}.stack.offset`, 'is too large');
    return {
      ...{ symbol, module, offset: Number(offset) },
      ...(text === '' ? {} : { text }),
      ...(buildId === '' ? {} : { buildId }),
    };
  });
}

function decodeComposite(message: CompositeMessage, path: string, depth: number): Composite {
  const kind = kinds.get(message.kind);
  if (kind === undefined) throw new ContractError(`${path}.kind`, `${message.kind} is unknown`);
  requireAtMost(`${path}.depth`, depth, ContractLimits.compositeDepth);
  requireAtMost(`${path}.parts`, message.parts.length, ContractLimits.compositeParts);
  const names = message.names;
  if (names.length > 0 && names.length !== message.parts.length) {
    throw new ContractError(`${path}.names`, `has ${names.length} names for ${message.parts.length} parts`);
  }
  for (const name of names) requireAtMost(`${path}.names`, name.length, ContractLimits.nameLength);
  const parts = message.parts.map((part, index) => decodeScalar(part, `${path}.parts[${index}]`, undefined, depth + 1));
  return names.length === 0 ? { kind, parts } : { kind, parts, names };
}

/** The same 64 bits give the same key on every node, however they were sent. */
function integerOf(value: bigint, type: KeyType | undefined): bigint {
  if (type === 'int') return BigInt.asIntN(64, value);
  return type === 'uint' ? BigInt.asUintN(64, value) : value;
}
