export interface SectionText {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** SHF_COMPRESSED: the bytes begin with a header of compression. */
  readonly packed?: boolean;
}

/** An ELF file for x86-64 with nothing but these sections. */
export function writeDebugFile(sections: readonly SectionText[]): Uint8Array {
  const names = `\0${sections.map(({ name }) => `${name}\0`).join('')}`;
  const all = [...sections, { name: '', bytes: new TextEncoder().encode(names) }];
  const headers = 64 + all.length * 64;
  const file = new Uint8Array(all.reduce((size, { bytes }) => size + bytes.length, headers));
  const view = new DataView(file.buffer);
  view.setUint32(0, 0x7f454c46, false);
  view.setUint16(4, 0x0102, true);
  view.setUint16(18, 62, true);
  view.setBigUint64(40, 64n, true);
  view.setUint16(54, 56, true);
  view.setUint16(58, 64, true);
  view.setUint16(60, all.length, true);
  view.setUint16(62, all.length - 1, true);
  let [at, name] = [headers, 1];
  for (const [index, section] of all.entries()) {
    const header = 64 + index * 64;
    view.setUint32(header, name, true);
    view.setUint32(header + 4, 1, true);
    view.setBigUint64(header + 8, 'packed' in section && section.packed === true ? 0x800n : 0n, true);
    view.setBigUint64(header + 24, BigInt(at), true);
    view.setBigUint64(header + 32, BigInt(section.bytes.length), true);
    file.set(section.bytes, at);
    at += section.bytes.length;
    name += section.name.length + 1;
  }
  return file;
}

/** A section as it is when it is packed by a method (1: zlib, 2: zstd): what it says its size is, then the bytes. */
export function packedSection(name: string, method: number, size: number, bytes: Uint8Array): SectionText {
  const whole = new Uint8Array(24 + bytes.length);
  const view = new DataView(whole.buffer);
  view.setUint32(0, method, true);
  view.setBigUint64(8, BigInt(size), true);
  whole.set(bytes, 24);
  return { name, bytes: whole, packed: true };
}
