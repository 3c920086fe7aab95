import type { CompileConfig } from '../env.ts';
import type { Lowering } from '../ir/lowering.ts';
import { noteProcess } from '../ir/note-process.ts';
import { numberValue, placeAt, type Value } from '../ir/value.ts';
import { constantValue } from '../passes/fold-constants.ts';
import type { Call, Expression } from '../syntax/ast.ts';
import { MAX_STACK_DEPTH, spilledFrom, spillMapName, stackMapName } from '../types/stack-map.ts';
import { type StackMode, type StackType, unknown } from '../types/type.ts';
import type { BuiltinDefinition, CheckContext, FunctionDefinition } from './definition.ts';

/** Another stack has the place in the map that this one's hash leads to. */
const EEXIST = -17n;
/** Of no frames there is no stack. */
const NONE = -1n;
/** BPF_F_USER_STACK: the program's, not the kernel's. */
const USER_STACK = 256n;

/** Of frames that may be asked for; no more than MAX_STACK_DEPTH are ever told. */
const MAX_LIMIT = 1024n;

const modes: readonly string[] = ['bpftrace', 'perf', 'raw', 'build_id'];

/** Who called whom in the kernel. */
export const kstack = builtin('kstack');
/** Who called whom in the program. */
export const ustack = builtin('ustack');

/** The innermost frames, and how they are printed: `kstack(perf, 3)`. */
export const kstackFunction = stackFunction('kstack');
export const ustackFunction = stackFunction('ustack');

function builtin(name: 'kstack' | 'ustack'): BuiltinDefinition {
  const typeFor = ({ config }: { readonly config: CompileConfig }) =>
    stackType(name, MAX_STACK_DEPTH, config.stackMode);
  return {
    name,
    kernel: '4.6',
    check: (_use, context) => typeFor(context),
    lower: (lowering) => lowerStack(lowering, typeFor(lowering)),
  };
}

function stackFunction(name: 'kstack' | 'ustack'): FunctionDefinition {
  return {
    kind: 'function',
    name,
    signature: `${name}([mode,] [depth])`,
    kernel: '4.6',
    minimum: 0,
    maximum: 2,
    words: true,
    check: (call, context) => checkStack(name, call, context),
    lower(call, lowering) {
      const type = lowering.typeOf(call);
      if (type.kind !== 'stack') throw new Error(`${name}() without a stack`);
      return lowerStack(lowering, type);
    },
  };
}

function stackType(name: 'kstack' | 'ustack', depth: number, mode: StackMode): StackType {
  return { kind: 'stack', user: name === 'ustack', depth, mode };
}

function checkStack(name: 'kstack' | 'ustack', call: Call, context: CheckContext) {
  const list = [...call.arguments];
  let mode: StackMode = context.config.stackMode;
  const [first] = list;
  if (first?.kind === 'identifier') {
    list.shift();
    if (!modes.includes(first.name)) {
      context.report(
        'invalid-argument',
        first.span,
        `Invalid stack mode: ${first.name}`,
        `there are ${modes.join(', ')}`,
      );
      return unknown;
    }
    mode = first.name as StackMode;
  }
  const [depth, extra] = list;
  if (extra !== undefined) {
    context.report('invalid-argument', call.span, `${name}(): the mode comes first, then the depth`);
    return unknown;
  }
  const frames = depth === undefined ? MAX_STACK_DEPTH : stackDepth(name, depth, context);
  return frames === undefined ? unknown : stackType(name, frames, mode);
}

function stackDepth(name: string, depth: Expression, context: CheckContext): number | undefined {
  context.typeOf(depth);
  const value = constantValue(depth);
  // Of a longer limit no more comes: the kernel follows a stack so far (kernel.perf_event_max_stack).
  if (value !== undefined && value >= 0n && value <= MAX_LIMIT) return Math.min(Number(value), MAX_STACK_DEPTH);
  const message =
    value === undefined || value < 0n
      ? `${name}: invalid limit value`
      : `${name}([int limit]): limit shouldn't exceed ${MAX_LIMIT}, ${value} given`;
  context.report('invalid-argument', depth.span, message, 'write a number of frames');
  return undefined;
}

/**
 * The number of the stack, negative where there is none: as of the kernel when the CPU was in a program. Of a program
 * also its process, whose memory says what the addresses are.
 */
function lowerStack(lowering: Lowering, type: StackType): Value {
  const { builder } = lowering;
  const id = type.depth === 0 ? NONE : takeStack(lowering, type);
  if (!type.user) return numberValue(id);
  const place = lowering.allocate(16);
  builder.store(8, place, id);
  builder.store(8, placeAt(place, 8), noteProcess(lowering));
  return { kind: 'memory', place, size: 16 };
}

/** The stack's number in the maps of stacks of its kind and depth. */
function takeStack(lowering: Lowering, type: StackType): number {
  const { builder, resources } = lowering;
  resources.stacks.set(stackMapName(type), type);
  const take = (map: string) =>
    builder.call(
      'get_stackid',
      { kind: 'operand', operand: builder.context() },
      { kind: 'map', map },
      { kind: 'operand', operand: type.user ? USER_STACK : 0n },
    );
  const id = take(stackMapName(type));
  builder.when('eq', id, EEXIST, () => {
    builder.assign(id, take(spillMapName(type)));
    builder.when('eq', id, EEXIST, () => lowering.countLoss('stackLost'));
    builder.when('sge', id, 0n, () => builder.update(id, 'add', BigInt(spilledFrom(type))));
  });
  return id;
}
