import { Kind, TYPE_BYTES } from './index-types.ts';

const HEADER_BYTES = 24;
const MAGIC = 0xeb9f;
const LONG_BYTES = 8;
const SIGNED_64 = (1 << 24) | 64;

/**
 * BTF of functions that take what the kernel gives them and return a long: all static, as callbacks must be. Source of
 * the format: the kernel's Documentation/bpf/btf.rst.
 *
 * @returns the blob, and for each name the number of its function
 */
export function functionBtf(names: readonly string[]): { readonly bytes: Uint8Array; readonly ids: readonly number[] } {
  const encoder = new TextEncoder();
  const strings = encoder.encode(['', 'long', ...names, ''].join('\0'));
  const typeBytes = TYPE_BYTES + 4 + TYPE_BYTES + names.length * TYPE_BYTES;
  const bytes = new Uint8Array(HEADER_BYTES + typeBytes + strings.length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, MAGIC, true);
  view.setUint8(2, 1);
  view.setUint32(4, HEADER_BYTES, true);
  view.setUint32(12, typeBytes, true);
  view.setUint32(16, typeBytes, true);
  view.setUint32(20, strings.length, true);
  let at = HEADER_BYTES;
  const type = (name: number, kind: number, last: number) => {
    view.setUint32(at, name, true);
    view.setUint32(at + 4, kind << 24, true);
    view.setUint32(at + 8, last, true);
    at += TYPE_BYTES;
  };
  type(1, Kind.INT, LONG_BYTES);
  view.setUint32(at, SIGNED_64, true);
  at += 4;
  type(0, Kind.FUNC_PROTO, 1);
  let name = 1 + 'long'.length + 1;
  const ids = names.map((one, index) => {
    type(name, Kind.FUNC, 2);
    name += encoder.encode(one).length + 1;
    return index + 3;
  });
  bytes.set(strings, at);
  return { bytes, ids };
}
