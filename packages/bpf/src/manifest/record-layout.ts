/** One field of a record whose structure no type information has. Bytes. */
export interface LaidField {
  readonly name: string;
  readonly offset: number;
  /** Of one element. */
  readonly size: 1 | 2 | 4 | 8;
  readonly kind: 'signed' | 'unsigned' | 'bool' | 'char';
  /** Elements; 1 without brackets. */
  readonly length: number;
  readonly isArray: boolean;
}

const MAX_FIELDS = 256;
const MAX_TEXT = 65_536;
/** Elements of an array, each of which is a value of its own. */
const MAX_LENGTH = 512;
const FIELD =
  /^\s*(?:__)?((?:unsigned\s+)?[a-z][a-z0-9_]*)\s+([A-Za-z_][A-Za-z0-9_]{0,127})\s*(?:\[\s*(\d{1,6})\s*\])?\s*;?\s*$/;

const TYPES: Readonly<Record<string, Pick<LaidField, 'size' | 'kind'>>> = {
  u8: { size: 1, kind: 'unsigned' },
  u16: { size: 2, kind: 'unsigned' },
  u32: { size: 4, kind: 'unsigned' },
  u64: { size: 8, kind: 'unsigned' },
  s8: { size: 1, kind: 'signed' },
  s16: { size: 2, kind: 'signed' },
  s32: { size: 4, kind: 'signed' },
  s64: { size: 8, kind: 'signed' },
  int: { size: 4, kind: 'signed' },
  'unsigned int': { size: 4, kind: 'unsigned' },
  pid_t: { size: 4, kind: 'signed' },
  uid_t: { size: 4, kind: 'unsigned' },
  bool: { size: 1, kind: 'bool' },
  char: { size: 1, kind: 'char' },
};

/**
 * Fields as C writes them, `u64 ts`, `char comm[16]`, each at a multiple of its size, as compilers lay structures out.
 *
 * @returns a sentence where one makes no sense
 */
export function layOutFields(lines: readonly string[]): readonly LaidField[] | string {
  if (lines.length > MAX_FIELDS) return `must have up to ${MAX_FIELDS} fields`;
  const fields: LaidField[] = [];
  let end = 0;
  for (const line of lines) {
    const [, word = '', name = '', length] = FIELD.exec(line) ?? [];
    const type = TYPES[word.replace(/\s+/g, ' ')];
    if (type === undefined) return `"${line.slice(0, 80)}" is no field: write u64 ts, s32 ret or char comm[16]`;
    const count = Number(length ?? 1);
    if (count > (type.kind === 'char' ? MAX_TEXT : MAX_LENGTH)) return `"${line.slice(0, 80)}" is too long`;
    const offset = Math.ceil(end / type.size) * type.size;
    fields.push({ name, offset, ...type, length: count, isArray: length !== undefined });
    end = offset + type.size * count;
  }
  return fields;
}
