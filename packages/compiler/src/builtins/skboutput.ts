import { noValue } from '../ir/value.ts';
import { unknown } from '../types/type.ts';
import type { FunctionDefinition } from './definition.ts';

/** Packets into a capture file: known, so that the message is not "unknown". */
export const skboutput: FunctionDefinition = {
  kind: 'function',
  name: 'skboutput',
  signature: 'skboutput("file.pcap", skb, length, offset)',
  kernel: '5.5',
  minimum: 0,
  maximum: 4,
  check(call, { report }) {
    const message = 'skboutput() is not supported: packets go through another ring than this tracer reads';
    report('unsupported', call.span, message, 'count or print the fields of args.skb, or capture with tcpdump');
    return unknown;
  },
  lower: () => noValue,
};
