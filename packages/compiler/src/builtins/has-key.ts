import { lookUp, lowerKey } from '../ir/map-entry.ts';
import { numberValue } from '../ir/value.ts';
import { booleanType } from '../types/type.ts';
import type { FunctionDefinition } from './definition.ts';
import { checkEntry, entryArgument } from './entry-argument.ts';

/** 1 where a map has an entry for a key, else 0. */
export const hasKey: FunctionDefinition = {
  kind: 'function',
  name: 'has_key',
  signature: 'has_key(@map, key)',
  kernel: '3.19',
  minimum: 1,
  maximum: 2,
  check(call, context) {
    checkEntry(call, context);
    const access = entryArgument(call);
    if (access !== undefined && access.key === undefined) {
      context.report('invalid-argument', call.span, 'has_key() takes a map and a key', `write ${hasKey.signature}`);
    }
    return booleanType;
  },
  lower(call, lowering) {
    const { builder } = lowering;
    const access = entryArgument(call);
    if (access?.key === undefined) throw new Error('has_key() without a key');
    const layout = lowering.map(access.name);
    const found = builder.copy(0n);
    const entry = lookUp(lowering, layout, lowerKey(lowering, layout, access.key));
    builder.when('ne', entry, 0n, () => builder.assign(found, 1n));
    return numberValue(found);
  },
};
