import { noteProcess } from '../ir/note-process.ts';
import { numberValue, placeAt } from '../ir/value.ts';
import { constantValue } from '../passes/fold-constants.ts';
import type { Expression } from '../syntax/ast.ts';
import { describe } from '../types/describe-type.ts';
import { isNumber, type RenderedAs, unknown } from '../types/type.ts';
import type { BuiltinDefinition, CheckContext, FunctionDefinition } from './definition.ts';

/** A number that user space makes a text of when it is printed. */
function named(name: string, as: RenderedAs, signature: string, kernel = '4.1'): FunctionDefinition {
  return {
    kind: 'function',
    name,
    signature,
    kernel,
    minimum: 1,
    maximum: 1,
    check(call, context) {
      checkNumber(name, call.arguments[0] as Expression, context);
      return { kind: 'rendered', as };
    },
    lower: (call, lowering) => numberValue(lowering.number(call.arguments[0] as Expression)),
  };
}

function checkNumber(name: string, argument: Expression, context: CheckContext): void {
  const type = context.typeOf(argument);
  if (isNumber(type)) return;
  context.report('type-mismatch', argument.span, `${name}() only supports int arguments (${describe(type)} provided)`);
}

/** The function of the kernel that an address is in. */
export const ksym = named('ksym', 'ksym', 'ksym(address)');
/** What an error number means. */
export const strerror = named('strerror', 'strerror', 'strerror(errno)');
export const syscallName = named('syscall_name', 'syscall-name', 'syscall_name(number)');
/** What a signal means. */
export const signalName = named('signal_name', 'signal-name', 'signal_name(number)');

/** The function of a program that an address is in. */
export const usym: FunctionDefinition = {
  kind: 'function',
  name: 'usym',
  signature: 'usym(address)',
  kernel: '4.2',
  minimum: 1,
  maximum: 1,
  check(call, context) {
    checkNumber('usym', call.arguments[0] as Expression, context);
    return { kind: 'rendered', as: 'usym' };
  },
  lower(call, lowering) {
    const { builder } = lowering;
    const address = lowering.number(call.arguments[0] as Expression);
    const place = lowering.allocate(16);
    builder.store(8, place, address);
    builder.store(8, placeAt(place, 8), noteProcess(lowering));
    return { kind: 'memory', place, size: 16 };
  },
};

/** The name of the user that runs. */
export const username: BuiltinDefinition = {
  name: 'username',
  kernel: '4.2',
  check: () => ({ kind: 'rendered', as: 'username' }),
  lower: ({ builder }) => numberValue(builder.binary('and', builder.call('get_current_uid_gid'), 0xffff_ffffn)),
};

/** The path of a control group by its number. */
export const cgroupPath: FunctionDefinition = {
  kind: 'function',
  name: 'cgroup_path',
  signature: 'cgroup_path(id [, "hierarchies"])',
  kernel: '4.18',
  minimum: 1,
  maximum: 2,
  check(call, context) {
    const [id, filter] = call.arguments as [Expression, Expression?];
    checkNumber('cgroup_path', id, context);
    if (filter === undefined) return { kind: 'rendered', as: 'cgroup-path' };
    if (filter.kind === 'string') return { kind: 'rendered', as: 'cgroup-path', text: filter.value };
    const given = describe(context.typeOf(filter));
    context.report('invalid-argument', filter.span, `cgroup_path() expects a string literal (${given} provided)`);
    return unknown;
  },
  lower: (call, lowering) => numberValue(lowering.number(call.arguments[0] as Expression)),
};

/** A time of `nsecs` in the words of strftime(3). */
export const strftime: FunctionDefinition = {
  kind: 'function',
  name: 'strftime',
  signature: 'strftime("format", nsecs)',
  kernel: '4.4',
  minimum: 2,
  maximum: 2,
  check(call, context) {
    const [format, time] = call.arguments as [Expression, Expression];
    checkNumber('strftime', time, context);
    const value = constantValue(time);
    if (value !== undefined && value < 0n) {
      context.report('invalid-argument', time.span, `strftime() can not take a negative time (${value})`);
    }
    if (format.kind === 'string') return { kind: 'rendered', as: 'timestamp', text: format.value };
    const given = describe(context.typeOf(format));
    context.report('invalid-argument', format.span, `strftime() expects a string literal (${given} provided)`);
    return unknown;
  },
  lower: (call, lowering) => numberValue(lowering.number(call.arguments[1] as Expression)),
};
