import { type Scalar, scalarText } from '@bpfleet/aggregate';
import type { FieldLayout, RecordLayout, Span } from '@bpfleet/compiler';
import { type FormatPart, formatPrintf, parseFormat } from './format-printf.ts';
import { formatTime } from './format-time.ts';
import { readBuffer, readField, readNumber } from './read-field.ts';
import { noReaders, type ValueReaders } from './value-readers.ts';

/** A record on a ring, made sense of. `ns` is CLOCK_MONOTONIC. */
export type TraceRecord =
  | {
      readonly kind: 'text';
      readonly type: 'printf' | 'value' | 'time' | 'join';
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
  | { readonly kind: 'exit'; readonly ns: bigint; readonly code: number }
  /** A process that has just been heard of. */
  | { readonly kind: 'process'; readonly ns: bigint; readonly process: number }
  /** A packet, the first bytes left out that are not for the file. */
  | { readonly kind: 'packet'; readonly ns: bigint; readonly path: string; readonly packet: Uint8Array }
  /** A file to print, or a command to run. */
  | { readonly kind: 'cat' | 'system'; readonly ns: bigint; readonly target: string; readonly limit?: number }
  | {
      readonly kind: 'helper';
      readonly ns: bigint;
      readonly helper: string;
      readonly result: number;
      readonly span: Span;
    }
  | {
      readonly kind: 'message';
      readonly ns: bigint;
      readonly severity: 'error' | 'warning';
      readonly span: Span;
      readonly text: string;
      readonly quoted?: true;
    };

const HEADER_SIZE = 16;

/** Reads the records of one program; the formats are taken apart once. */
export class RecordReader {
  readonly #layouts: readonly { readonly layout: RecordLayout; readonly format: readonly FormatPart[] }[];

  readonly #readers: ValueReaders;

  constructor(layouts: readonly RecordLayout[], readers: ValueReaders = noReaders) {
    this.#readers = readers;
    this.#layouts = layouts.map((layout) => ({
      layout,
      format: 'args' in layout ? parseFormat(layout.format) : [],
    }));
  }

  /** What a record is, without reading more of it; null as of read(). */
  kindOf(bytes: Buffer, offset: number, length: number): RecordLayout['kind'] | null {
    return this.#layoutAt(bytes, offset, length)?.layout.kind ?? null;
  }

  /** Null where the bytes are no record of this program. */
  read(bytes: Buffer, offset: number, length: number): TraceRecord | null {
    const known = this.#layoutAt(bytes, offset, length);
    if (known === undefined) return null;
    const { layout, format } = known;
    const ns = bytes.readBigUInt64LE(offset + 8);
    switch (layout.kind) {
      case 'printf': {
        const values = this.#arguments(bytes, offset, layout.args, format);
        return { kind: 'text', type: 'printf', ns, text: formatPrintf(format, values), values };
      }
      case 'process':
        return { kind: 'process', ns, process: Number(bytes.readBigUInt64LE(offset + layout.field.offset)) };
      case 'time':
        return { kind: 'text', type: 'time', ns, text: formatTime(layout.format, Date.now()), values: [] };
      case 'join': {
        const end = Math.min(length, Number(bytes.readBigUInt64LE(offset + layout.end.offset)));
        const text = readTexts(bytes, offset + layout.size, offset + end).join(layout.separator);
        return { kind: 'text', type: 'join', ns, text: `${text}\n`, values: [text] };
      }
      case 'packet': {
        const start = offset + layout.size;
        const end = Math.min(offset + length, start + Number(bytes.readBigUInt64LE(offset + layout.length.offset)));
        return {
          kind: 'packet',
          ns,
          path: layout.path,
          packet: bytes.subarray(Math.min(end, start + layout.skip), end),
        };
      }
      case 'cat':
      case 'system':
        return {
          kind: layout.kind,
          ns,
          target: formatPrintf(format, this.#arguments(bytes, offset, layout.args, format)),
          ...(layout.limit === undefined ? {} : { limit: layout.limit }),
        };
      case 'helper': {
        const result = Number(bytes.readBigInt64LE(offset + layout.result.offset));
        return { kind: 'helper', ns, helper: layout.helper, result, span: layout.span };
      }
      case 'message': {
        const text = formatPrintf(format, this.#arguments(bytes, offset, layout.args, format));
        const { severity, span, quoted } = layout;
        return { kind: 'message', ns, severity, span, text, ...(quoted && { quoted }) };
      }
      case 'value': {
        const value = readField(bytes, offset, layout.arg, this.#readers);
        const text = scalarText(value);
        return { kind: 'text', type: 'value', ns, text: `${text}\n`, values: [value] };
      }
      case 'print-map':
        return { kind: 'print-map', ns, map: layout.map, top: layout.top, div: layout.div };
      case 'print-entry': {
        return { kind: 'print-entry', ns, map: layout.map, key: this.#fields(bytes, offset, layout.key) };
      }
      case 'clear-map':
      case 'zero-map':
        return { kind: layout.kind, ns, map: layout.map };
      case 'exit':
        return { kind: 'exit', ns, code: layout.code === undefined ? 0 : (bytes[offset + layout.code.offset] ?? 0) };
    }
  }

  #layoutAt(bytes: Buffer, offset: number, length: number) {
    if (length < HEADER_SIZE || bytes.readUInt32LE(offset + 4) !== 0) return undefined;
    const known = this.#layouts[bytes.readUInt32LE(offset)];
    return known === undefined || length < known.layout.size ? undefined : known;
  }

  #fields(bytes: Buffer, offset: number, fields: readonly FieldLayout[]): Scalar[] {
    return fields.map((field) => readField(bytes, offset, field, this.#readers));
  }

  /** As the conversions of a format want them: numbers, but for those that are printed as texts. */
  #arguments(bytes: Buffer, offset: number, fields: readonly FieldLayout[], format: readonly FormatPart[]): Scalar[] {
    const conversions = format.filter((part) => part.kind === 'argument');
    return fields.map((field, index) => {
      const conversion = conversions[index]?.conversion;
      if (conversion === 'rx' || conversion === 'rh') return readBuffer(bytes, offset, field, conversion) ?? '';
      const read = conversion === 's' ? readField : readNumber;
      return read(bytes, offset, field, this.#readers);
    });
  }
}

/** Texts that each end with a zero. */
function readTexts(bytes: Buffer, start: number, end: number): string[] {
  const texts: string[] = [];
  for (let at = start; at < end; ) {
    const zero = bytes.indexOf(0, at);
    const stop = zero < 0 || zero > end ? end : zero;
    texts.push(bytes.toString('utf8', at, stop));
    at = stop + 1;
  }
  return texts;
}
