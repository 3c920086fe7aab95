import type { MapAccess } from '../syntax/ast.ts';
import { RECORD_HEADER, send } from './lower-record.ts';
import type { Lowering } from './lowering.ts';
import { lowerKey } from './map-entry.ts';
import { copyValue } from './memory.ts';
import { inRegister } from './value.ts';

/** Prints one entry of a map of aggregates: its key goes to user space, which knows how to put its value together. */
export function emitPrintEntry(lowering: Lowering, access: MapAccess): void {
  lowering.resources.controlRing = true;
  const layout = lowering.map(access.name);
  const key = lowerKey(lowering, layout, access.key);
  const size = RECORD_HEADER + layout.keySize;
  const fields = layout.key.map((field) => ({ ...field, offset: field.offset + RECORD_HEADER }));
  const id = lowering.resources.record({ kind: 'print-entry', map: layout.schema.id, key: fields }, size);
  send(lowering, 'control', id, size, (register) => {
    const into = { place: inRegister(register, RECORD_HEADER), size: layout.keySize };
    copyValue(lowering, { place: key, size: layout.keySize }, into);
  });
}
