/** A symbol as the table has it. */
export interface SymbolText {
  readonly name: string;
  readonly info: number;
  readonly section: number;
  readonly address: number;
  readonly size: number;
}

/**
 * A program for x86-64 with one segment of code, 4 KiB at 0x401000 that lies at 0x1000 of the file, and a table of symbols.
 * `packed`: what it has in `.gnu_debugdata`.
 */
export function writeElf(symbols: readonly SymbolText[], packed: Uint8Array = new Uint8Array()): Uint8Array {
  const bytes = new Uint8Array(0x2000 + packed.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x7f454c46, false);
  for (const [at, value] of [
    [4, 2],
    [5, 1],
    [16, 2],
    [18, 62],
    [54, 56],
    [56, 1],
    [58, 64],
    [60, 4],
    [62, 2],
  ] as const) {
    view.setUint8(at, value);
  }
  view.setBigUint64(32, 64n, true);
  view.setBigUint64(40, 128n, true);
  for (const [at, value] of [
    [64, 1],
    [68, 5],
  ] as const)
    view.setUint32(at, value, true);
  for (const [at, value] of [
    [72, 0x1000],
    [80, 0x401000],
    [96, 0x1000],
  ] as const) {
    view.setBigUint64(at, BigInt(value), true);
  }
  let names = `\0${PACKED}\0`;
  for (const [index, { name, info, section, address, size }] of symbols.entries()) {
    const at = 0x400 + index * 24;
    view.setUint32(at, names.length, true);
    names += `${name}\0`;
    view.setUint8(at + 4, info);
    view.setUint16(at + 6, section, true);
    view.setBigUint64(at + 8, BigInt(address), true);
    view.setBigUint64(at + 16, BigInt(size), true);
  }
  bytes.set(new TextEncoder().encode(names), 0x800);
  const table = 128 + 64;
  view.setUint32(table + 4, 2, true);
  view.setBigUint64(table + 24, 0x400n, true);
  view.setBigUint64(table + 32, BigInt(symbols.length * 24), true);
  view.setUint32(table + 40, 2, true);
  view.setUint32(table + 64 + 4, 3, true);
  view.setBigUint64(table + 64 + 24, 0x800n, true);
  view.setBigUint64(table + 64 + 32, BigInt(names.length), true);
  view.setUint32(table + 128, 1, true);
  view.setUint32(table + 128 + 4, 1, true);
  view.setBigUint64(table + 128 + 24, 0x2000n, true);
  view.setBigUint64(table + 128 + 32, BigInt(packed.length), true);
  bytes.set(packed, 0x2000);
  return bytes;
}

const PACKED = '.gnu_debugdata';
