import { type Scalar, STACK_VALUE_INDENT, stackText } from '@bpfleet/aggregate';
import type { FieldLayout, RecordLayout, Span } from '@bpfleet/compiler';
import { type FormatPart, formatPrintf, parseFormat } from './format-printf.ts';
import { formatTime } from './format-time.ts';
import { readField } from './read-field.ts';
import { noStacks, type StackReader } from './read-stack.ts';

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
  /** A file to print, or a command to run. */
  | { readonly kind: 'cat' | 'system'; readonly ns: bigint; readonly target: string }
  | {
      readonly kind: 'message';
      readonly ns: bigint;
      readonly severity: 'error' | 'warning';
      readonly span: Span;
      readonly text: string;
    };

const HEADER_SIZE = 16;

/** Reads the records of one program; the formats are taken apart once. */
export class RecordReader {
  readonly #layouts: readonly { readonly layout: RecordLayout; readonly format: readonly FormatPart[] }[];

  readonly #stacks: StackReader;

  constructor(layouts: readonly RecordLayout[], stacks: StackReader = noStacks) {
    this.#stacks = stacks;
    this.#layouts = layouts.map((layout) => ({
      layout,
      format: 'args' in layout ? parseFormat(layout.format) : [],
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
        const values = this.#fields(bytes, offset, layout.args);
        return { kind: 'text', type: 'printf', ns, text: formatPrintf(format, values), values };
      }
      case 'time':
        return { kind: 'text', type: 'time', ns, text: formatTime(layout.format, Date.now()), values: [] };
      case 'join': {
        const text = readTexts(bytes, offset + HEADER_SIZE, offset + length).join(layout.separator);
        return { kind: 'text', type: 'join', ns, text: `${text}\n`, values: [text] };
      }
      case 'cat':
      case 'system':
        return { kind: layout.kind, ns, target: formatPrintf(format, this.#fields(bytes, offset, layout.args)) };
      case 'message': {
        const text = formatPrintf(format, this.#fields(bytes, offset, layout.args));
        return { kind: 'message', ns, severity: layout.severity, span: layout.span, text };
      }
      case 'value': {
        const value = readField(bytes, offset, layout.arg, this.#stacks);
        const text = typeof value === 'object' ? stackText(value, STACK_VALUE_INDENT) : `${value}`;
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
  #fields(bytes: Buffer, offset: number, fields: readonly FieldLayout[]): Scalar[] {
    return fields.map((field) => readField(bytes, offset, field, this.#stacks));
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
