import type { FieldLayout } from '../output-layout.ts';
import type { Expression } from '../syntax/ast.ts';
import { childExpressions } from '../syntax/visitor.ts';
import { fieldLayout } from '../types/field-layout.ts';
import { isScalar, storedType, unknown } from '../types/type.ts';
import type { Lowering } from './lowering.ts';
import { copyValue } from './memory.ts';
import { internalMaps, type RecordKind } from './resources.ts';
import { inObject, inRegister, type Operand, type Place } from './value.ts';

/** Bytes of the number of the record and its time, which come first. */
export const RECORD_HEADER = 16;

type EventRecord = (args: readonly FieldLayout[]) => RecordKind;

/** Sends values to user space through the ring of events. What does not fit is counted. */
export function emitEvent(lowering: Lowering, list: readonly Expression[], record: EventRecord): void {
  const { builder, resources } = lowering;
  resources.eventRing = true;
  const fields: FieldLayout[] = [];
  let size = RECORD_HEADER;
  for (const expression of list) {
    const field = fieldLayout(storedType(lowering.typeOf(expression)), size, lowering.env.types);
    fields.push(field);
    size += field.size;
  }
  // Before the record is reserved: what the arguments change is changed even where the ring is full.
  const types = list.map((expression) => storedType(lowering.typeOf(expression)));
  const numbers = list.map((expression, index): Operand | undefined =>
    isScalar(types[index] ?? unknown) ? lowering.number(expression) : undefined,
  );
  const values = list.map((expression, index) =>
    isScalar(types[index] ?? unknown) || writesInPlace(expression) ? undefined : lowering.memory(expression),
  );
  send(lowering, 'events', resources.record(record(fields), size), size, (register) => {
    for (const [index, field] of fields.entries()) {
      const into = { place: inRegister(register, field.offset), size: field.size };
      const number = numbers[index];
      const value = values[index];
      if (number !== undefined) builder.store(8, into.place, number);
      else if (value !== undefined) copyValue(lowering, value, into);
      else lowering.storeInto(list[index] as Expression, into, types[index] ?? unknown);
    }
  });
}

/** Sends a command for user space through the control ring. */
export function emitControl(lowering: Lowering, record: RecordKind): void {
  lowering.resources.controlRing = true;
  const id = lowering.resources.record(record, RECORD_HEADER);
  send(lowering, 'control', id, RECORD_HEADER, () => undefined);
}

/** A ring of records, and what is counted where it has no room. */
interface Ring {
  readonly map: string;
  readonly loss: 'ringFull' | 'controlFull';
}

const rings = {
  events: { map: internalMaps.events, loss: 'ringFull' },
  control: { map: internalMaps.control, loss: 'controlFull' },
} as const satisfies Record<string, Ring>;

/** Sends a record that is filled where user space reads it; where the ring is full, the loss is counted. */
export function send(
  lowering: Lowering,
  to: keyof typeof rings,
  id: number,
  size: number,
  fill: (register: number) => void,
): void {
  const ring = rings[to];
  if (lowering.env.features.has('ringbuf')) sendReserved(lowering, ring, id, size, fill);
  else sendFilled(lowering, ring, id, size, fill);
}

function sendReserved(
  lowering: Lowering,
  { map, loss }: Ring,
  id: number,
  size: number,
  fill: (register: number) => void,
): void {
  const { builder } = lowering;
  const record = builder.call(
    'ringbuf_reserve',
    { kind: 'map', map },
    { kind: 'operand', operand: BigInt(size) },
    { kind: 'operand', operand: 0n },
  );
  const [reserved, full, after] = [builder.newBlock(), builder.newBlock(), builder.newBlock()];
  builder.branch('eq', record, 0n, full, reserved);
  builder.startBlock(reserved);
  fillRecord(lowering, record, id, fill);
  builder.call('ringbuf_submit', { kind: 'operand', operand: record }, { kind: 'operand', operand: 0n });
  builder.jump(after);
  builder.startBlock(full);
  lowering.countLoss(loss);
  builder.jump(after);
  builder.startBlock(after);
}

/** Kernels before 5.8 have no ring that a record could be filled in: it is filled in scratch memory, and copied. */
function sendFilled(lowering: Lowering, ring: Ring, id: number, size: number, fill: (register: number) => void): void {
  const { builder } = lowering;
  builder.frame.scope(() => {
    const place = inObject(builder.frame.allocate(size, { shared: true }).id);
    fillRecord(lowering, builder.register(builder.address(place)), id, fill);
    sendCopy(lowering, ring, place, BigInt(size));
  });
}

export function fillRecord({ builder }: Lowering, record: number, id: number, fill: (register: number) => void): void {
  builder.store(8, inRegister(record), BigInt(id));
  builder.store(8, inRegister(record, 8), builder.call('ktime_get_ns'));
  fill(record);
}

/** Of bpf_perf_event_output: to the buffer of the CPU that it runs on (linux/bpf.h). */
const BPF_F_CURRENT_CPU = 0xffff_ffffn;

/** Sends a copy of a record; where the ring is full, the loss is counted. */
export function sendCopy(lowering: Lowering, { map, loss }: Ring, record: Place, size: Operand): void {
  const { builder } = lowering;
  const bytes = [{ kind: 'address', place: record } as const, { kind: 'operand', operand: size } as const];
  const refused = lowering.env.features.has('ringbuf')
    ? builder.call('ringbuf_output', { kind: 'map', map }, ...bytes, { kind: 'operand', operand: 0n })
    : builder.call(
        'perf_event_output',
        { kind: 'operand', operand: builder.context() },
        { kind: 'map', map },
        { kind: 'operand', operand: BPF_F_CURRENT_CPU },
        ...bytes,
      );
  builder.when('ne', refused, 0n, () => lowering.countLoss(loss));
}

/** Strings without effects that are read right into the record: no copy, no scratch memory. */
function writesInPlace(expression: Expression): boolean {
  switch (expression.kind) {
    case 'string':
      return true;
    case 'member':
      return expression.object.kind === 'identifier' && expression.object.name === 'args';
    case 'identifier':
      return expression.name === 'comm';
    case 'call':
      return expression.name === 'str' && expression.arguments.every(isPure);
    default:
      return false;
  }
}

function isPure(expression: Expression): boolean {
  if (expression.kind === 'update' || expression.kind === 'call') return false;
  return childExpressions(expression).every(isPure);
}
