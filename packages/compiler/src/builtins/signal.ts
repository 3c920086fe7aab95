import { emitNumberMessage } from '../ir/lower-message.ts';
import { noValue, type Operand } from '../ir/value.ts';
import { constantValue } from '../passes/fold-constants.ts';
import type { Call, Expression } from '../syntax/ast.ts';
import { describe } from '../types/describe-type.ts';
import { LAST_SIGNAL, signalNumber } from '../types/signal-table.ts';
import { isNumber, voidType } from '../types/type.ts';
import type { CheckContext, FunctionDefinition } from './definition.ts';
import { probeTypeOf } from './probetype.ts';
import { requireHelper } from './required-helper.ts';
import { requireUnsafe } from './unsafe.ts';

/** Kinds of probes that run for a process of their own, to which a signal can be sent. */
const probeTypes: readonly string[] = [
  ...['kprobe', 'kretprobe', 'uprobe', 'uretprobe', 'usdt', 'tracepoint', 'profile', 'fentry', 'fexit'],
  'rawtracepoint',
];

/** Sends a signal to the process that runs, or to the very thread. A failure is a warning when it happens. */
function sender(name: 'signal' | 'signal_thread', kernel: string): FunctionDefinition {
  return {
    kind: 'function',
    name,
    signature: `${name}(number) or ${name}("SIGNAME")`,
    kernel,
    minimum: 1,
    maximum: 1,
    check(call, context) {
      const probeType = probeTypeOf(context.target);
      if (!probeTypes.includes(probeType)) {
        const message = `${name}() can not be used for this probetype ${probeType}`;
        context.report('invalid-use', call.span, message, `it goes with ${probeTypes.join(', ')}`);
      }
      if (name === 'signal_thread') requireHelper('signal_thread', call.span, 'signal_thread()', context);
      requireUnsafe(call, context);
      checkSignal(call, context);
      return voidType;
    },
    lower(call, lowering) {
      const { builder } = lowering;
      const [signal] = call.arguments as [Expression];
      const number: Operand =
        signal.kind === 'string' ? BigInt(signalNumber(signal.value) ?? 0) : lowering.number(signal);
      const helper = name === 'signal' ? 'send_signal' : 'send_signal_thread';
      const failed = builder.call(helper, { kind: 'operand', operand: number });
      builder.when('ne', failed, 0n, () => {
        emitNumberMessage(lowering, 'warning', call.span, 'signal call failed with error %d', failed);
      });
      return noValue;
    },
  };
}

export const signal = sender('signal', '5.3');
export const signalThread = sender('signal_thread', '5.6');

function checkSignal({ name, arguments: list }: Call, context: CheckContext): void {
  const [signal] = list as [Expression];
  if (signal.kind === 'string') {
    if (signalNumber(signal.value) !== undefined) return;
    const message = `Invalid string for signal: ${signal.value}`;
    context.report('invalid-argument', signal.span, message, 'write the name as kill -l has it, such as SIGTERM');
    return;
  }
  const type = context.typeOf(signal);
  const value = constantValue(signal);
  if (!isNumber(type)) {
    const message = `${name}() accepts a string literal or an integer, not ${describe(type)}`;
    context.report('type-mismatch', signal.span, message);
  } else if (value !== undefined && (value < 1n || value > BigInt(LAST_SIGNAL))) {
    const message = `${name}() accepts a string literal or an integer between 1 and ${LAST_SIGNAL} (inclusive)`;
    context.report('invalid-argument', signal.span, message);
  }
}
