import {
  create,
  FrameSchema,
  type MessageInitShape,
  SerializedMessage,
  toBinary,
  varintBytes,
  writeVarint,
} from '@bpfleet/contracts';

/** Tags: ConnectRequest.frames; FrameBatch.frames; Frame's payload, crc32c and records. */
const [TAG_BATCH, TAG_FRAME] = [0x1a, 0x0a];
const [TAG_PAYLOAD, TAG_CRC32C, TAG_RECORDS] = [0x32, 0x3d, 0x40];

/** All of a Frame but what `frameContent` has. */
export type FrameHead = Omit<MessageInitShape<typeof FrameSchema>, 'payload' | 'crc32c' | 'records' | '$typeName'>;

/** The fields of a Frame that say what is in it: made once for frames that have the same content. */
export function frameContent(payload: Uint8Array, crc32c: number, records: number): Uint8Array {
  const bytes = Buffer.allocUnsafe(payload.length + 24);
  bytes[0] = TAG_PAYLOAD;
  let at = writeVarint(bytes, 1, payload.length);
  bytes.set(payload, at);
  at += payload.length;
  bytes[at] = TAG_CRC32C;
  at = bytes.writeUInt32LE(crc32c, at + 1);
  if (records > 0) {
    bytes[at] = TAG_RECORDS;
    at = writeVarint(bytes, at + 1, records);
  }
  return bytes.subarray(0, at);
}

/**
 * A ConnectRequest of frames, put together from bytes: a simulated fleet sends ten thousand frames a second from one core, which is to be
 * left to the controller.
 */
export function frameBatch(
  frames: readonly { readonly head: FrameHead; readonly content: Uint8Array }[],
): SerializedMessage {
  const heads = frames.map(({ head }) => toBinary(FrameSchema, create(FrameSchema, head)));
  const sizes = frames.map(({ content }, index) => (heads[index]?.length ?? 0) + content.length);
  const batchSize = sizes.reduce((sum, size) => sum + 1 + varintBytes(size) + size, 0);
  const bytes = Buffer.allocUnsafe(1 + varintBytes(batchSize) + batchSize);
  bytes[0] = TAG_BATCH;
  let at = writeVarint(bytes, 1, batchSize);
  for (const [index, { content }] of frames.entries()) {
    bytes[at] = TAG_FRAME;
    at = writeVarint(bytes, at + 1, sizes[index] ?? 0);
    const head = heads[index] ?? new Uint8Array();
    bytes.set(head, at);
    bytes.set(content, at + head.length);
    at += head.length + content.length;
  }
  return new SerializedMessage(bytes);
}
