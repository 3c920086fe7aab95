import { emitControl } from '../ir/lower-record.ts';
import { lowerKey } from '../ir/map-entry.ts';
import { clearMemory } from '../ir/memory.ts';
import { inRegister, numberValue } from '../ir/value.ts';
import { booleanType } from '../types/type.ts';
import type { FunctionDefinition } from './definition.ts';
import { checkEntry, entryArgument } from './entry-argument.ts';

/** Removes an entry; whether there was one. A map without a key becomes unset. */
export const deleteFunction: FunctionDefinition = {
  kind: 'function',
  name: 'delete',
  signature: 'delete(@map[key])',
  kernel: '3.19',
  minimum: 1,
  maximum: 2,
  check(call, context) {
    checkEntry(call, context);
    return booleanType;
  },
  lower(call, lowering) {
    const { builder } = lowering;
    const access = entryArgument(call);
    if (access === undefined) throw new Error('delete() without an entry');
    const layout = lowering.map(access.name);
    lowering.forgetMap(access.name);
    if (layout.keyless && layout.perCpu) {
      // A program reaches the value of its own CPU alone: user space clears all of them.
      emitControl(lowering, { kind: 'clear-map', map: layout.schema.id });
      return numberValue(1n);
    }
    if (layout.keyless) {
      const entry = builder.mapValue(layout.map, 0);
      const set = builder.load(8, inRegister(entry));
      clearMemory(lowering, inRegister(entry), layout.valueSize);
      return numberValue(set);
    }
    const key = lowerKey(lowering, layout, access.key);
    const failed = builder.call('map_delete_elem', { kind: 'map', map: layout.map }, { kind: 'address', place: key });
    const deleted = builder.copy(0n);
    builder.when('eq', failed, 0n, () => builder.assign(deleted, 1n));
    return numberValue(deleted);
  },
};
