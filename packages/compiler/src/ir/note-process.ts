import { fieldLayout } from '../types/field-layout.ts';
import { uint64 } from '../types/type.ts';
import { RECORD_HEADER, send } from './lower-record.ts';
import type { Lowering } from './lowering.ts';
import { ownNumber } from './process-number.ts';
import { internalMaps } from './resources.ts';
import { inRegister, type Operand } from './value.ts';

/**
 * Tells user space of a process when it is first heard of, so that its mappings are read while it lives: its addresses
 * mean nothing when it has ended. Gives the number of the process that runs, as user space counts.
 */
export function noteProcess(lowering: Lowering): Operand {
  const { builder, resources } = lowering;
  const process = builder.register(ownNumber(lowering, 'pid'));
  resources.processes = true;
  resources.controlRing = true;
  const key = lowering.allocate(8);
  builder.store(8, key, process);
  const known = builder.call(
    'map_lookup_elem',
    { kind: 'map', map: internalMaps.processes },
    { kind: 'address', place: key },
  );
  builder.when('eq', known, 0n, () => {
    builder.call(
      'map_update_elem',
      { kind: 'map', map: internalMaps.processes },
      { kind: 'address', place: key },
      { kind: 'address', place: key },
      { kind: 'operand', operand: 0n },
    );
    const field = fieldLayout(uint64, RECORD_HEADER, undefined);
    const size = RECORD_HEADER + field.size;
    const id = resources.record({ kind: 'process', field }, size);
    send(lowering, 'control', id, size, (register) => {
      builder.store(8, inRegister(register, field.offset), process);
    });
  });
  return process;
}
