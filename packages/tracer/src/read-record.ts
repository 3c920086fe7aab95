import { type Scalar, STACK_VALUE_INDENT, scalarText } from '@bpfleet/aggregate';
import type { RecordLayout } from '@bpfleet/compiler';
import { type FormatPart, formatPrintf, parseFormat } from './format-printf.ts';
import { readField, readNumber } from './read-field.ts';
import { noReaders, type ValueReaders } from './value-readers.ts';

/** A record on a ring, made sense of. `ns` is CLOCK_MONOTONIC. */
export type TraceRecord =
  | {
      readonly kind: 'text';
      readonly type: 'printf' | 'value';
      readonly ns: bigint;
      readonly text: string;
      readonly values: readonly Scalar[];
    }
  | {
      readonly kind: 'print-map';
      readonly ns: bigint;
      readonly map: number;
      readonly top: number;
      readonly div: number;
    }
  | { readonly kind: 'print-entry'; readonly ns: bigint; readonly map: number; readonly key: readonly Scalar[] }
  | { readonly kind: 'clear-map' | 'zero-map'; readonly ns: bigint; readonly map: number }
  | { readonly kind: 'exit'; readonly ns: bigint };

const HEADER_SIZE = 16;

/** Reads the records of one program; the formats are taken apart once. */
export class RecordReader {
  readonly #layouts: readonly { readonly layout: RecordLayout; readonly format: readonly FormatPart[] }[];

  readonly #readers: ValueReaders;

  constructor(layouts: readonly RecordLayout[], readers: ValueReaders = noReaders) {
    this.#readers = readers;
    this.#layouts = layouts.map((layout) => ({
      layout,
      format: layout.kind === 'printf' ? parseFormat(layout.format) : [],
    }));
  }

  /** Null where the bytes are no record of this program. */
  read(bytes: Buffer, offset: number, length: number): TraceRecord | null {
    if (length < HEADER_SIZE || bytes.readUInt32LE(offset + 4) !== 0) return null;
    const known = this.#layouts[bytes.readUInt32LE(offset)];
    if (known === undefined || length < known.layout.size) return null;
    const { layout, format } = known;
    const ns = bytes.readBigUInt64LE(offset + 8);
    switch (layout.kind) {
      case 'printf': {
        const conversions = format.filter((part) => part.kind === 'argument');
        const values = layout.args.map((field, index) => {
          const read = conversions[index]?.conversion === 's' ? readField : readNumber;
          return read(bytes, offset, field, this.#readers);
        });
        return { kind: 'text', type: 'printf', ns, text: formatPrintf(format, values), values };
      }
      case 'value': {
        const value = readField(bytes, offset, layout.arg, this.#readers);
        const text = scalarText(value, STACK_VALUE_INDENT);
        return { kind: 'text', type: 'value', ns, text: `${text}\n`, values: [value] };
      }
      case 'print-map':
        return { kind: 'print-map', ns, map: layout.map, top: layout.top, div: layout.div };
      case 'print-entry': {
        const key = layout.key.map((field) => readField(bytes, offset, field, this.#readers));
        return { kind: 'print-entry', ns, map: layout.map, key };
      }
      case 'clear-map':
      case 'zero-map':
        return { kind: layout.kind, ns, map: layout.map };
      case 'exit':
        return { kind: 'exit', ns };
    }
  }
}
