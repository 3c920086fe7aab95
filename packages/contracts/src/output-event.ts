import type { Scalar } from '@bpfleet/aggregate';
import { create } from '@bufbuild/protobuf';
import { ContractError, ContractLimits, requireAtMost } from './contract-error.ts';
import { type OutputEvent, OutputEvent_Type, OutputEventSchema } from './gen/bpfleet/trace/v1/result_pb.ts';
import { decodeScalar, encodeScalar } from './scalar.ts';
import { requireTimestampNs, timestampFromNs } from './time.ts';

/** Something a program printed. */
export interface PrintedEvent {
  /** Nanoseconds since the Unix epoch. */
  readonly at: bigint;
  readonly type: 'printf' | 'value' | 'map';
  readonly text: string;
  readonly values: readonly Scalar[];
}

/** All else is lines of text: the time, joined texts, messages of the script. */
const wireTypes: ReadonlyMap<string, OutputEvent_Type> = new Map([
  ['value', OutputEvent_Type.VALUE],
  ['map', OutputEvent_Type.MAP],
]);

/** As it is in OutputEvent. */
export function wireType(type: string): OutputEvent_Type {
  return wireTypes.get(type) ?? OutputEvent_Type.PRINTF;
}

/** `ordinal`: the number of events this node printed before in the session. */
export function encodeEvent(
  event: Omit<PrintedEvent, 'type'> & { readonly type: string },
  ordinal: bigint,
): OutputEvent {
  return create(OutputEventSchema, {
    at: timestampFromNs(event.at),
    type: wireType(event.type),
    text: event.text,
    values: event.values.map(encodeScalar),
    ordinal,
  });
}

/** Throws ContractError. */
export function decodeEvent(message: OutputEvent): PrintedEvent & { readonly ordinal: bigint } {
  requireAtMost('event.text', message.text.length, ContractLimits.textLength);
  requireAtMost('event.values', message.values.length, ContractLimits.valuesPerEvent);
  return {
    at: requireTimestampNs('event.at', message.at),
    type: eventType(message.type),
    text: message.text,
    values: message.values.map((value, index) => decodeScalar(value, `event.values[${index}]`)),
    ordinal: message.ordinal,
  };
}

function eventType(wire: OutputEvent_Type): PrintedEvent['type'] {
  switch (wire) {
    case OutputEvent_Type.PRINTF:
      return 'printf';
    case OutputEvent_Type.VALUE:
      return 'value';
    case OutputEvent_Type.MAP:
      return 'map';
    default:
      throw new ContractError('event.type', `${wire} is unknown`);
  }
}
