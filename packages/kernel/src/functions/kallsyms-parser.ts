import { KERNEL_BASE, KernelSymbols } from './kernel-symbols.ts';

const LINE_END = 10;
const SPACE = 32;
const TAB = 9;
/** T, t, W and w are code. */
const CODE = new Set(Buffer.from('TtWw'));
const BASE_HIGH = Number(KERNEL_BASE >> 32n);

/**
 * Takes /proc/kallsyms apart, piece by piece, without a string or an object a line: `ffffffff81000000 T name`, or
 * `... t name\t[module]`. Where the kernel hides addresses they are all zero: then there are only names.
 */
export class KallsymsParser {
  #rest: Buffer = Buffer.alloc(0);
  #names = Buffer.from('\n');
  #used = 1;
  #count = 0;
  #starts = new Float64Array(1 << 16);
  #nameAt = new Uint32Array(1 << 16);
  #moduleOf = new Uint16Array(1 << 16);
  readonly #modules = new Map([['', 0]]);

  /** The next piece; its ends may lie anywhere in a line. */
  push(piece: Uint8Array): void {
    const bytes = this.#rest.length === 0 ? Buffer.from(piece) : Buffer.concat([this.#rest, piece]);
    let from = 0;
    for (let to = bytes.indexOf(LINE_END); to >= 0; to = bytes.indexOf(LINE_END, from)) {
      this.#line(bytes, from, to);
      from = to + 1;
    }
    this.#rest = bytes.subarray(from);
  }

  /** All that was given, in the order of addresses. */
  finish(): KernelSymbols {
    this.push(Buffer.from('\n'));
    const starts = this.#starts.subarray(0, this.#count);
    const order = inOrder(starts);
    const packed = {
      names: Buffer.from(this.#names.subarray(0, this.#used)),
      starts: new Float64Array(order.length),
      nameAt: new Uint32Array(order.length),
      moduleOf: new Uint16Array(order.length),
      modules: [...this.#modules.keys()],
    };
    for (let place = 0; place < order.length; place++) {
      const index = order[place] ?? 0;
      packed.starts[place] = starts[index] ?? 0;
      packed.nameAt[place] = this.#nameAt[index] ?? 0;
      packed.moduleOf[place] = this.#moduleOf[index] ?? 0;
    }
    return new KernelSymbols(packed);
  }

  #line(bytes: Buffer, from: number, to: number): void {
    const type = bytes.indexOf(SPACE, from) + 1;
    if (type <= from || !CODE.has(bytes[type] ?? 0) || bytes[type + 1] !== SPACE) return;
    const name = type + 2;
    let end = name;
    while (end < to && bytes[end] !== TAB) end++;
    if (end === name) return;
    const at = this.#keep(bytes, name, end);
    const distance = distanceOf(bytes, from, type - 1);
    if (distance < 0) return;
    if (this.#count === this.#starts.length) this.#grow();
    this.#starts[this.#count] = distance;
    this.#nameAt[this.#count] = at;
    // Behind the name stands a tab and the module in brackets.
    this.#moduleOf[this.#count] = end === to ? 0 : this.#module(bytes.toString('latin1', end + 2, to - 1));
    this.#count++;
  }

  #grow(): void {
    const grown = <T extends Float64Array | Uint32Array | Uint16Array>(to: T, from: T): T => {
      to.set(from);
      return to;
    };
    const length = this.#count * 2;
    this.#starts = grown(new Float64Array(length), this.#starts);
    this.#nameAt = grown(new Uint32Array(length), this.#nameAt);
    this.#moduleOf = grown(new Uint16Array(length), this.#moduleOf);
  }

  #keep(bytes: Buffer, from: number, to: number): number {
    const length = to - from + 1;
    if (this.#used + length > this.#names.length) {
      const larger = Buffer.alloc(Math.max(1 << 20, this.#names.length * 2, this.#used + length));
      this.#names.copy(larger, 0, 0, this.#used);
      this.#names = larger;
    }
    const at = this.#used;
    // Calling out for a copy takes longer than copying so few bytes.
    for (let index = from; index < to; index++) this.#names[at + index - from] = bytes[index] ?? 0;
    this.#names[at + length - 1] = LINE_END;
    this.#used += length;
    return at;
  }

  #module(name: string): number {
    const index = this.#modules.get(name) ?? this.#modules.size;
    this.#modules.set(name, index);
    return index;
  }
}

/** How far above KERNEL_BASE an address in hexadecimal is; negative for what is not the kernel's, as zero is. */
function distanceOf(bytes: Buffer, from: number, to: number): number {
  let high = 0;
  let low = 0;
  for (let index = from; index < to; index++) {
    const byte = bytes[index] ?? 0;
    high = ((high << 4) | (low >>> 28)) >>> 0;
    low = ((low << 4) | (byte < 58 ? byte - 48 : byte - 87)) >>> 0;
  }
  return (high - BASE_HIGH) * 2 ** 32 + low;
}

/** Places of ascending values, of equal ones the first first. Nearly all are in order already: the kernel proper is. */
function inOrder(values: Float64Array): Uint32Array {
  let sorted = 1;
  while (sorted < values.length && (values[sorted - 1] ?? 0) <= (values[sorted] ?? 0)) sorted++;
  const order = new Uint32Array(values.length);
  for (let index = 0; index < order.length; index++) order[index] = index;
  const rest = order.slice(sorted).sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
  if (rest.length === 0) return order;
  let [left, right] = [0, 0];
  const merged = new Uint32Array(order.length);
  for (let place = 0; place < merged.length; place++) {
    const fromLeft = right === rest.length || (left < sorted && (values[left] ?? 0) <= (values[rest[right] ?? 0] ?? 0));
    merged[place] = fromLeft ? left++ : (rest[right++] ?? 0);
  }
  return merged;
}
