import { sendPacket } from '../ir/send-packet.ts';
import { isTyped } from '../ir/typed-pointer.ts';
import { numberValue } from '../ir/value.ts';
import { constantValue } from '../passes/fold-constants.ts';
import type { Call, Expression } from '../syntax/ast.ts';
import { describe } from '../types/describe-type.ts';
import { recordOf } from '../types/record.ts';
import { int64, isNumber } from '../types/type.ts';
import type { CheckContext, FunctionDefinition } from './definition.ts';
import { probeTypeOf } from './probetype.ts';

/** Probe types whose programs know the types of their arguments, which the helper asks for. */
const probeTypes: readonly string[] = ['fentry', 'fexit', 'rawtracepoint'];

/**
 * Writes a packet to a capture file (pcap, raw IP): `length` bytes of its data without the first `offset`, which are 14
 * where the data still has its Ethernet header. Gives 0, or the helper's error. rawtracepoint is ours; bpftrace has the other two.
 */
export const skboutput: FunctionDefinition = {
  kind: 'function',
  name: 'skboutput',
  signature: 'skboutput("file.pcap", skb, length, offset)',
  kernel: '5.5',
  minimum: 4,
  maximum: 4,
  check(call, context) {
    const probeType = probeTypeOf(context.target);
    if (!probeTypes.includes(probeType)) {
      const message = `skboutput can not be used with "${probeType}" probes`;
      context.report('invalid-use', call.span, message, `${probeTypes.join(', ')} have it`);
    } else {
      checkArguments(call, context);
    }
    return int64;
  },
  lower(call, lowering) {
    const [file, packet, length, offset] = call.arguments as [Expression, Expression, Expression, Expression];
    const path = file.kind === 'string' ? file.value : '';
    const skip = Number(constantValue(offset) ?? 0n);
    return numberValue(sendPacket(lowering, { path, skip }, packet, length));
  },
};

function checkArguments({ name, span, arguments: list }: Call, context: CheckContext): void {
  const [file, packet, length, offset] = list as [Expression, Expression, Expression, Expression];
  const { env, target } = context;
  if (target.attach.kind === 'raw_tracepoint' && env.tracepoints !== null && !env.features.has('tp_btf')) {
    context.report(
      'unsupported',
      span,
      `${name}() needs raw tracepoints with types: kernel 5.5 and CONFIG_DEBUG_INFO_BTF`,
    );
  }
  if (env.tracepoints !== null && env.mayWriteFiles !== true) {
    const message = `${name}() writes any file of the node as the agent, which sessions may not`;
    context.report('invalid-use', span, message, 'bpfleet local allows it');
  }
  context.typeOf(file);
  if (file.kind !== 'string') {
    context.report('type-mismatch', file.span, `${name}() expects the name of a file as first argument`);
  }
  const type = context.typeOf(packet);
  if (type.kind !== 'unknown' && recordOf(type)?.name !== 'sk_buff') {
    const message = `${name}() expects a pointer to struct sk_buff as second argument (${describe(type)} provided)`;
    context.report('type-mismatch', packet.span, message);
  } else if (!isTyped(packet, (expression) => context.typeOf(expression))) {
    const message = `${name}() takes a struct sk_buff that is reached from an argument by fields alone`;
    context.report('invalid-argument', packet.span, message, 'write args.skb');
  }
  const bytes = context.typeOf(length);
  if (!isNumber(bytes) && bytes.kind !== 'unknown') {
    context.report(
      'type-mismatch',
      length.span,
      `${name}() expects a length as third argument (${describe(bytes)} provided)`,
    );
  }
  context.typeOf(offset);
  const skipped = constantValue(offset);
  if (skipped === undefined || skipped < 0n || skipped > 0xffffn) {
    context.report('invalid-argument', offset.span, `${name}() expects an offset that is a number from 0 to 65535`);
  }
}
