import type { FieldLayout } from '../output-layout.ts';
import type { Expression } from '../syntax/ast.ts';
import { childExpressions } from '../syntax/visitor.ts';
import { fieldLayout } from '../types/field-layout.ts';
import { isScalar, storedType, unknown } from '../types/type.ts';
import type { Lowering } from './lowering.ts';
import { copyValue } from './memory.ts';
import { internalMaps, type RecordKind } from './resources.ts';
import { inRegister, type Operand } from './value.ts';

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
  send(lowering, internalMaps.events, resources.record(record(fields), size), size, 'ringFull', (register) => {
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
  send(lowering, internalMaps.control, id, RECORD_HEADER, 'controlFull', () => undefined);
}

/** Reserves a record, has it filled and gives it away; where the ring is full, the loss is counted. */
export function send(
  lowering: Lowering,
  ring: string,
  id: number,
  size: number,
  loss: 'ringFull' | 'controlFull',
  fill: (register: number) => void,
): void {
  const { builder } = lowering;
  const record = builder.call(
    'ringbuf_reserve',
    { kind: 'map', map: ring },
    { kind: 'operand', operand: BigInt(size) },
    { kind: 'operand', operand: 0n },
  );
  const [reserved, full, after] = [builder.newBlock(), builder.newBlock(), builder.newBlock()];
  builder.branch('eq', record, 0n, full, reserved);
  builder.startBlock(reserved);
  builder.store(8, inRegister(record), BigInt(id));
  builder.store(8, inRegister(record, 8), builder.call('ktime_get_ns'));
  fill(record);
  builder.call('ringbuf_submit', { kind: 'operand', operand: record }, { kind: 'operand', operand: 0n });
  builder.jump(after);
  builder.startBlock(full);
  lowering.countLoss(loss);
  builder.jump(after);
  builder.startBlock(after);
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
