import { Kind } from './index-types.ts';

/** One type to be written: what `info`, `size or type` and the words after them hold. */
export interface TypeText {
  readonly kind: keyof typeof Kind;
  readonly name?: string;
  readonly flag?: boolean;
  readonly count?: number;
  readonly value?: number;
  /** Words after the head; a text becomes the place of that name. */
  readonly rest?: readonly (number | string)[];
}

/** Bytes of a BTF blob with these types, the first of which has number 1. */
export function writeBtf(types: readonly TypeText[]): Uint8Array {
  let strings = '\0';
  const nameOf = (name: string) => {
    if (name === '') return 0;
    const known = strings.indexOf(`\0${name}\0`);
    if (known >= 0) return known + 1;
    strings += `${name}\0`;
    return strings.length - name.length - 1;
  };
  const words: number[] = [];
  for (const { kind, name = '', flag = false, count = 0, value = 0, rest = [] } of types) {
    words.push(nameOf(name), ((flag ? 1 << 31 : 0) | (Kind[kind] << 24) | count) >>> 0, value);
    for (const word of rest) words.push(typeof word === 'string' ? nameOf(word) : word);
  }
  const bytes = new Uint8Array(24 + words.length * 4 + strings.length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0xeb9f, true);
  view.setUint8(2, 1);
  for (const [index, word] of [24, 0, words.length * 4, words.length * 4, strings.length].entries()) {
    view.setUint32(4 + index * 4, word, true);
  }
  for (const [index, word] of words.entries()) view.setUint32(24 + index * 4, word, true);
  bytes.set(new TextEncoder().encode(strings), 24 + words.length * 4);
  return bytes;
}
