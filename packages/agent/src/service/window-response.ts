import { RunTraceResponseSchema, RunTraceWindowSchema, SerializedMessage, timestampFromMs } from '@bpfleet/contracts';
import type { TraceWindow } from '@bpfleet/tracer';
import { toBinary } from '@bufbuild/protobuf';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { TimestampSchema } from '@bufbuild/protobuf/wkt';

/** The RunTraceResponse of a window, around a FramePayload that is bytes already: events of a flood are written once. */
export function windowResponse(
  { start, end }: Pick<TraceWindow, 'start' | 'end'>,
  payload: Uint8Array,
): SerializedMessage {
  const { field } = RunTraceWindowSchema;
  const writer = new BinaryWriter();
  writer.tag(RunTraceResponseSchema.field.window.number, WireType.LengthDelimited).fork();
  for (const [to, ms] of [
    [field.start, start],
    [field.end, end],
  ] as const) {
    const time = toBinary(TimestampSchema, timestampFromMs(Math.round(ms)));
    writer.tag(to.number, WireType.LengthDelimited).bytes(time);
  }
  writer.tag(field.payload.number, WireType.LengthDelimited).bytes(payload).join();
  return new SerializedMessage(writer.finish());
}
