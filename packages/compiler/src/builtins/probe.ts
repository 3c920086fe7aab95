import { lowerSharedText } from '../ir/lower-probe-name.ts';
import { textBytes } from '../types/text-bytes.ts';
import { stringType, unknown } from '../types/type.ts';
import type { BuiltinDefinition } from './definition.ts';
import { probeTypeOf } from './probetype.ts';

/** The probe in full; known when the program is made, unless several share it. */
export const probe: BuiltinDefinition = {
  name: 'probe',
  kernel: '4.1',
  known: ({ name }) => name,
  check: (_identifier, { target }) => stringType(target.widths?.name ?? textBytes(target.name).length),
  lower(lowering, into) {
    const { name, names, widths } = lowering.target;
    return lowerSharedText(lowering, { text: name, table: names, width: widths?.name }, into);
  },
};

/** The function that is probed. */
export const func: BuiltinDefinition = {
  name: 'func',
  kernel: '4.1',
  known: (target) => target.function,
  check(identifier, { target, report }) {
    if (target.function !== undefined) {
      return stringType(target.widths?.function ?? textBytes(target.function).length);
    }
    const type = probeTypeOf(target) === 'special' ? target.name : probeTypeOf(target);
    const message = `The func builtin can not be used with '${type}' probes`;
    report('invalid-use', identifier.span, message, 'kprobe, fentry and uprobe have it');
    return unknown;
  },
  lower(lowering, into) {
    const { function: text = '', functionNames: table, widths } = lowering.target;
    return lowerSharedText(lowering, { text, table, width: widths?.function }, into);
  },
};
