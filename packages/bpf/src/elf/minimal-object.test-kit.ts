/** An object with one program section, one symbol and one relocation: headers first, then contents. */
export function minimalObject(): Uint8Array {
  const names = '\0.strtab\0.symtab\0.reltp/x/y\0f\0'.padEnd(32, '\0');
  const contents: [name: string, type: number, link: number, info: number, row: number, bytes: Uint8Array][] = [
    ['', 0, 0, 0, 0, new Uint8Array(0)],
    ['.strtab', 3, 0, 0, 0, new TextEncoder().encode(names)],
    ['.symtab', 2, 1, 1, 24, symbols(names.indexOf('f\0'))],
    ['tp/x/y', 1, 0, 0, 0, new Uint8Array(16)],
    ['.reltp/x/y', 9, 2, 3, 16, relocation()],
  ];
  const headersEnd = 64 + 64 * contents.length;
  const bytes = new Uint8Array(contents.reduce((size, [, , , , , part]) => size + part.length, headersEnd));
  const view = new DataView(bytes.buffer);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  view.setUint16(16, 1, true);
  view.setUint16(18, 247, true);
  view.setBigUint64(40, 64n, true);
  view.setUint16(52, 64, true);
  view.setUint16(58, 64, true);
  view.setUint16(60, contents.length, true);
  view.setUint16(62, 1, true);
  let offset = headersEnd;
  for (const [index, [name, type, link, info, row, part]] of contents.entries()) {
    const at = 64 + 64 * index;
    view.setUint32(at, name === '' ? 0 : names.indexOf(`${name}\0`), true);
    view.setUint32(at + 4, type, true);
    view.setBigUint64(at + 24, BigInt(offset), true);
    view.setBigUint64(at + 32, BigInt(part.length), true);
    view.setUint32(at + 40, link, true);
    view.setUint32(at + 44, info, true);
    view.setBigUint64(at + 56, BigInt(row), true);
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

/** The null symbol, and a function over the whole program section. */
function symbols(name: number): Uint8Array {
  const bytes = new Uint8Array(48);
  const view = new DataView(bytes.buffer);
  view.setUint32(24, name, true);
  view.setUint8(28, 0x12);
  view.setUint16(30, 3, true);
  view.setBigUint64(40, 16n, true);
  return bytes;
}

/** Of the first instruction, to symbol 1. */
function relocation(): Uint8Array {
  const bytes = new Uint8Array(16);
  new DataView(bytes.buffer).setBigUint64(8, (1n << 32n) | 1n, true);
  return bytes;
}
