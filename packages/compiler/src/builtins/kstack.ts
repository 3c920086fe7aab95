import type { Lowering } from '../ir/lowering.ts';
import { numberValue, type Value } from '../ir/value.ts';
import { constantValue } from '../passes/fold-constants.ts';
import type { Expression } from '../syntax/ast.ts';
import { MAX_STACK_DEPTH, stackMapName } from '../types/stack-map.ts';
import { unknown } from '../types/type.ts';
import type { BuiltinDefinition, CheckContext, FunctionDefinition } from './definition.ts';

/** Another stack has the place in the map that this one's hash leads to. */
const EEXIST = -17n;

/** Who called whom in the kernel. */
export const kstack: BuiltinDefinition = {
  name: 'kstack',
  kernel: '4.6',
  check: () => ({ kind: 'stack', depth: MAX_STACK_DEPTH }),
  lower: (lowering) => lowerStack(lowering, MAX_STACK_DEPTH),
};

/** The innermost frames of it. */
export const kstackFunction: FunctionDefinition = {
  kind: 'function',
  name: 'kstack',
  signature: 'kstack([depth])',
  kernel: '4.6',
  minimum: 0,
  maximum: 1,
  check(call, context) {
    const [depth] = call.arguments;
    return depth === undefined ? { kind: 'stack', depth: MAX_STACK_DEPTH } : depthType(depth, context);
  },
  lower(call, lowering) {
    const type = lowering.typeOf(call);
    return lowerStack(lowering, type.kind === 'stack' ? type.depth : MAX_STACK_DEPTH);
  },
};

function depthType(depth: Expression, context: CheckContext) {
  context.typeOf(depth);
  const value = constantValue(depth);
  if (value !== undefined && value >= 1n && value <= BigInt(MAX_STACK_DEPTH)) {
    return { kind: 'stack', depth: Number(value) } as const;
  }
  context.report('invalid-argument', depth.span, `kstack(): depth is a number from 1 to ${MAX_STACK_DEPTH}`);
  return unknown;
}

/** The number of the stack, negative where there is none: as when the CPU was in a program. */
function lowerStack(lowering: Lowering, depth: number): Value {
  const { builder, resources } = lowering;
  resources.stackDepths.add(depth);
  const id = builder.call(
    'get_stackid',
    { kind: 'operand', operand: builder.context() },
    { kind: 'map', map: stackMapName(depth) },
    { kind: 'operand', operand: 0n },
  );
  builder.when('eq', id, EEXIST, () => lowering.countLoss('stackLost'));
  return numberValue(id);
}
