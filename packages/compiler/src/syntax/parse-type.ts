import type { TypeName } from './ast.ts';
import { parseExpression } from './parse-expression.ts';
import type { TokenCursor } from './token-cursor.ts';

/** Words that C's own integers are made of, in any order. */
const cWords = new Set(['unsigned', 'signed', 'long', 'short', 'int', 'char']);
const qualifiers = new Set(['const', 'volatile', 'restrict', '__user', '__rcu', '__percpu', '__iomem', '__force']);
const tags = new Set(['struct', 'union', 'enum']);

const sizes = ['8', '16', '32', '64'];
/** Names that are types wherever they stand; other names of typedefs are told from what follows. */
const typeNames: ReadonlySet<string> = new Set([
  ...['void', 'bool', 'string', 'int', 'uint', 'char', 'short', 'long', 'unsigned', 'signed', 'float', 'double'],
  ...['size_t', 'ssize_t', 'pid_t', 'uid_t', 'gid_t', 'dev_t', 'off_t', 'loff_t', 'mode_t', 'ino_t', 'time_t'],
  ...[
    'uintptr_t',
    'intptr_t',
    'sector_t',
    'gfp_t',
    'umode_t',
    '__be16',
    '__be32',
    '__be64',
    '__le16',
    '__le32',
    '__le64',
  ],
  ...sizes.flatMap((bits) => [`int${bits}`, `uint${bits}`, `int${bits}_t`, `uint${bits}_t`]),
  ...sizes.flatMap((bits) => [`u${bits}`, `s${bits}`, `__u${bits}`, `__s${bits}`]),
]);

/** Longest array that a type may be written with. */
const MAX_LENGTH = 0x7fff_ffff;

export function parseTypeName(cursor: TokenCursor): TypeName {
  return cursor.attempt(() => readTypeName(cursor)) ?? cursor.unexpected('type');
}

/** A type where one can be told from an expression; else nothing is read. */
export function parseSureType(cursor: TokenCursor): TypeName | undefined {
  if (!beginsType(cursor)) return undefined;
  return parseTypeName(cursor);
}

/** Whether what follows can only be a type. */
function beginsType(cursor: TokenCursor): boolean {
  const { kind, text } = cursor.current;
  return kind === 'identifier' && (tags.has(text) || qualifiers.has(text) || isTypeWord(cursor, text));
}

function isTypeWord(cursor: TokenCursor, name: string): boolean {
  return name === 'typeof' || typeNames.has(name) || cursor.names.isType(name);
}

/** Whether a type that was read between brackets cannot be an expression. */
export function isSureType(cursor: TokenCursor, type: TypeName): boolean {
  return type.tag !== undefined ||
    type.pointers > 0 ||
    type.of !== undefined ||
    cWords.has(type.name.split(' ')[0] ?? '')
    ? true
    : isTypeWord(cursor, type.name);
}

/** undefined where there is no type; nothing is reported, but for what is within `typeof()`. */
export function readTypeName(cursor: TokenCursor): TypeName | undefined {
  const { start } = cursor.current.span;
  const base = readBase(cursor);
  if (base === undefined) return undefined;
  let pointers = base.pointers ?? 0;
  while (cursor.take('*')) {
    pointers++;
    skipQualifiers(cursor);
  }
  const dimensions: (number | undefined)[] = [...(base.dimensions ?? [])];
  while (cursor.take('[')) {
    const length = readLength(cursor);
    if (length === undefined) return undefined;
    dimensions.push(length.value);
  }
  let arrayPointers = base.arrayPointers ?? 0;
  while (dimensions.length > 0 && cursor.take('*')) arrayPointers++;
  const outer = arrayPointers === 0 ? {} : { arrayPointers };
  return { kind: 'type-name', ...base, pointers, dimensions, ...outer, span: { start, end: cursor.previousEnd } };
}

type Base = Pick<TypeName, 'tag' | 'name' | 'of'> &
  Partial<Pick<TypeName, 'pointers' | 'dimensions' | 'arrayPointers'>>;

/** A type without pointers and arrays. */
export function readBase(cursor: TokenCursor): Base | undefined {
  skipQualifiers(cursor);
  const { kind, text } = cursor.current;
  if (kind !== 'identifier') return undefined;
  cursor.advance();
  if (text === 'typeof' && cursor.at('(')) return readTypeOf(cursor);
  if (tags.has(text)) {
    const name = cursor.current;
    if (name.kind !== 'identifier') return undefined;
    cursor.advance();
    skipQualifiers(cursor);
    return { tag: text as 'struct' | 'union' | 'enum', name: name.text };
  }
  const words = [text];
  while (cWords.has(text) && cursor.current.kind === 'identifier') {
    if (cWords.has(cursor.current.text) || cursor.current.text === 'double') words.push(cursor.advance().text);
    else if (!skipQualifiers(cursor)) break;
  }
  skipQualifiers(cursor);
  return { name: words.join(' ') };
}

/** `typeof(type)` is the type. */
function readTypeOf(cursor: TokenCursor): Base {
  cursor.expect('(');
  const type = parseSureType(cursor);
  const of = type === undefined ? parseExpression(cursor) : undefined;
  cursor.expect(')');
  if (type === undefined) return { name: 'typeof', ...(of === undefined ? {} : { of }) };
  const { kind: _kind, span: _span, ...base } = type;
  return base;
}

function skipQualifiers(cursor: TokenCursor): boolean {
  let skipped = false;
  while (cursor.current.kind === 'identifier' && qualifiers.has(cursor.current.text)) {
    cursor.advance();
    skipped = true;
  }
  return skipped;
}

/** After the `[`: a number, a name of one, or nothing. */
function readLength(cursor: TokenCursor): { readonly value: number | undefined } | undefined {
  if (cursor.take(']')) return { value: undefined };
  const token = cursor.current;
  const value =
    token.kind === 'integer'
      ? token.value
      : token.kind === 'identifier'
        ? cursor.names.constant(token.text)
        : undefined;
  if (value === undefined || value > MAX_LENGTH) return undefined;
  cursor.advance();
  return cursor.take(']') ? { value: Number(value) } : undefined;
}
