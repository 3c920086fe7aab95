/** One field of a tracepoint's record. Offsets and sizes in bytes from the start of the program's context. */
export interface TracepointField {
  readonly name: string;
  /** As the kernel writes it: `const char *`, `unsigned long`, `__data_loc char[]`. */
  readonly type: string;
  readonly offset: number;
  /** Of the whole field; of a `__data_loc` the 4 bytes of its locator. */
  readonly size: number;
  readonly signed: boolean;
  /** Number of elements where the field is an array. */
  readonly length?: number;
  /** The text lies after the record; the field holds `length << 16 | offset`. */
  readonly dataLocation: boolean;
}

export interface TracepointFormat {
  readonly name: string;
  readonly id: number;
  /** Without the `common_` fields, which programs cannot read. */
  readonly fields: readonly TracepointField[];
}

const fieldLine = /^\s*field:(.*?);\s*offset:(\d+);\s*size:(\d+);(?:\s*signed:([01]);)?\s*$/;

/**
 * Parses the text of a tracefs `format` file (kernel/trace/trace_events.c, `f_show`).
 * Lines it does not know are left out: the kernel may add more.
 */
export function parseTracepointFormat(text: string): TracepointFormat {
  const fields: TracepointField[] = [];
  for (const line of text.split('\n')) {
    const match = fieldLine.exec(line);
    if (match === null) continue;
    const [, declaration = '', offset = '0', size = '0', signed] = match;
    const field = parseField(declaration, Number(offset), Number(size), signed === '1');
    if (field !== undefined && !field.name.startsWith('common_')) fields.push(field);
  }
  return { name: /^name: (.*)$/m.exec(text)?.[1] ?? '', id: Number(/^ID: (\d+)$/m.exec(text)?.[1] ?? 0), fields };
}

function parseField(declaration: string, offset: number, size: number, signed: boolean): TracepointField | undefined {
  const match = /^(.*?)([A-Za-z_]\w*)((?:\[[^\]]*\])*)$/.exec(declaration.trim());
  if (match === null) return undefined;
  const [, before = '', name = '', brackets = ''] = match;
  const type = before.trim();
  const dataLocation = /^__(data|rel)_loc\b/.test(type);
  if (type.startsWith('__rel_loc')) return undefined;
  const count = /^\[(\d+)\]$/.exec(brackets)?.[1];
  const length = count !== undefined ? Number(count) : brackets === '' ? undefined : countFromSize(type, size);
  return { name, type, offset, size, signed, dataLocation, ...(length === undefined ? {} : { length }) };
}

/** `u32 words[NAME]`: the kernel writes a constant's name where its build had no number for it. */
function countFromSize(type: string, size: number): number | undefined {
  const element = /\b(?:char|u8|__u8|uint8_t)$/.test(type) ? 1 : undefined;
  return element === undefined ? undefined : size / element;
}
