import type { EnumDefinition, RecordDefinition, RecordField, TypedefDefinition, TypeName } from './ast.ts';
import { evaluateConstant } from './constant.ts';
import { parseExpression } from './parse-expression.ts';
import { readBase } from './parse-type.ts';
import type { TokenCursor } from './token-cursor.ts';

type Definition = RecordDefinition | EnumDefinition;
type FieldType = RecordField['type'];

/** A name with what stands around it in a declaration: `*name[4]`, `(*name)(int)`. */
interface Declarator {
  readonly name: string;
  readonly pointers: number;
  readonly dimensions: readonly (number | undefined)[];
  /** A pointer to a function, of which nothing but that is kept. */
  readonly function: boolean;
}

/** Where the definitions of a script are noted as they are read: a later one may need an earlier one's names. */
export interface DefinitionSink {
  enumerator(name: string, value: bigint): void;
  typedef(name: string): void;
}

const MAX_LENGTH = 0x7fff_ffff;
const MAX_BITS = 64;

/** `struct`, `union` or `enum` with its body; the semicolon after it may be left out. */
export function parseDefinition(cursor: TokenCursor, sink: DefinitionSink): Definition {
  const definition = readDefinition(cursor, sink);
  if (definition === undefined) return cursor.unexpected("'{'");
  cursor.take(';');
  return definition;
}

/** `typedef type name;` */
export function parseTypedef(cursor: TokenCursor, sink: DefinitionSink): TypedefDefinition[] {
  const { start } = cursor.expect('typedef').span;
  const type = parseFieldType(cursor, sink);
  const typedefs: TypedefDefinition[] = [];
  do {
    const declarator = parseDeclarator(cursor);
    const span = { start, end: cursor.previousEnd };
    typedefs.push({ kind: 'typedef-definition', name: declarator.name, ...applied(type, declarator), span });
    sink.typedef(declarator.name);
  } while (cursor.take(','));
  cursor.expect(';');
  return typedefs;
}

/** undefined where no body follows: then it is the name of a type, and nothing was read. */
function readDefinition(cursor: TokenCursor, sink: DefinitionSink): Definition | undefined {
  const { start } = cursor.current.span;
  const head = cursor.attempt(() => {
    const tag = cursor.advance().text;
    const before = parseAttributes(cursor);
    const name = cursor.current.kind === 'identifier' ? cursor.advance().text : '';
    return cursor.at('{') ? { tag, name, before } : undefined;
  });
  if (head === undefined) return undefined;
  return cursor.nested(() => {
    if (head.tag === 'enum') return parseEnumBody(cursor, sink, head.name, start);
    cursor.expect('{');
    const fields: RecordField[] = [];
    while (!cursor.take('}')) {
      for (const field of parseFields(cursor, sink)) fields.push(field);
    }
    const after = parseAttributes(cursor);
    const align = after.align ?? head.before.align;
    return {
      kind: 'record-definition',
      tag: head.tag === 'union' ? 'union' : 'struct',
      name: head.name,
      packed: head.before.packed || after.packed,
      ...(align === undefined ? {} : { align }),
      fields,
      span: { start, end: cursor.previousEnd },
    };
  });
}

function parseEnumBody(cursor: TokenCursor, sink: DefinitionSink, name: string, start: number): EnumDefinition {
  cursor.expect('{');
  const values: EnumDefinition['values'][number][] = [];
  let next = 0n;
  while (!cursor.at('}')) {
    const token = cursor.expectIdentifier();
    const value = cursor.take('=') ? parseConstant(cursor) : next;
    values.push({ name: token.text, value, span: { start: token.span.start, end: cursor.previousEnd } });
    sink.enumerator(token.text, value);
    next = value + 1n;
    if (!cursor.take(',')) break;
  }
  cursor.expect('}');
  parseAttributes(cursor);
  return { kind: 'enum-definition', name, values, span: { start, end: cursor.previousEnd } };
}

/** The fields of one declaration: `int a, *b;`, `struct { int c; };`. */
function parseFields(cursor: TokenCursor, sink: DefinitionSink): RecordField[] {
  const { start } = cursor.current.span;
  const type = parseFieldType(cursor, sink);
  const fields: RecordField[] = [];
  if (cursor.at(';') && isUnnamedRecord(type)) {
    fields.push({ name: '', type, span: { start, end: cursor.previousEnd } });
  } else if (!cursor.at(';')) {
    do fields.push(parseField(cursor, type, start));
    while (cursor.take(','));
  }
  if (!cursor.at('}')) cursor.expect(';');
  return fields;
}

function isUnnamedRecord(type: FieldType): boolean {
  return type.kind === 'record-definition' && type.name === '';
}

function parseField(cursor: TokenCursor, type: FieldType, start: number): RecordField {
  if (cursor.take(':')) {
    // Without a name it only takes up room.
    const bits = parseBits(cursor);
    return { name: '', type, bits, span: { start, end: cursor.previousEnd } };
  }
  const declarator = parseDeclarator(cursor);
  const bits = cursor.take(':') ? parseBits(cursor) : undefined;
  parseAttributes(cursor);
  const span = { start, end: cursor.previousEnd };
  return { name: declarator.name, ...applied(type, declarator), ...(bits === undefined ? {} : { bits }), span };
}

function parseBits(cursor: TokenCursor): number {
  const { start } = cursor.current.span;
  const bits = parseConstant(cursor);
  if (bits < 0n || bits > MAX_BITS) {
    cursor.stop({ start, end: cursor.previousEnd }, `a bit-field has at most ${MAX_BITS} bits`);
  }
  return Number(bits);
}

function parseFieldType(cursor: TokenCursor, sink: DefinitionSink): FieldType {
  cursor.take('const');
  if (cursor.at('struct') || cursor.at('union') || cursor.at('enum')) {
    const definition = readDefinition(cursor, sink);
    if (definition !== undefined) return definition;
  }
  const { start } = cursor.current.span;
  const base = cursor.attempt(() => readBase(cursor)) ?? cursor.unexpected('type');
  return { kind: 'type-name', ...base, pointers: 0, dimensions: [], span: { start, end: cursor.previousEnd } };
}

function parseDeclarator(cursor: TokenCursor): Declarator {
  let pointers = 0;
  while (cursor.take('*')) {
    pointers++;
    while (cursor.take('const') || cursor.take('volatile') || cursor.take('restrict'));
  }
  if (cursor.at('(')) return parseFunctionPointer(cursor);
  parseAttributes(cursor);
  const name = cursor.expectIdentifier().text;
  const dimensions = parseDimensions(cursor);
  parseAttributes(cursor);
  return { name, pointers, dimensions, function: false };
}

/** `(*name)(parameters)`, after the type it returns. */
function parseFunctionPointer(cursor: TokenCursor): Declarator {
  cursor.expect('(');
  cursor.expect('*');
  const name = cursor.expectIdentifier().text;
  const dimensions = parseDimensions(cursor);
  cursor.expect(')');
  if (!cursor.at('(')) cursor.unexpected("'('");
  skipBrackets(cursor);
  return { name, pointers: 1, dimensions, function: true };
}

function parseDimensions(cursor: TokenCursor): (number | undefined)[] {
  const dimensions: (number | undefined)[] = [];
  while (cursor.take('[')) {
    if (cursor.take(']')) {
      dimensions.push(undefined);
      continue;
    }
    const { start } = cursor.current.span;
    const length = parseConstant(cursor);
    if (length < 0n || length > MAX_LENGTH) {
      cursor.stop({ start, end: cursor.previousEnd }, `an array has from 0 to ${MAX_LENGTH} elements`);
    }
    cursor.expect(']');
    dimensions.push(Number(length));
  }
  return dimensions;
}

/** The type of a name that is declared as `declarator`, of what its declaration begins with. */
function applied(type: FieldType, declarator: Declarator): Pick<RecordField, 'type' | 'pointers' | 'dimensions'> {
  const { pointers, dimensions } = declarator;
  if (declarator.function) {
    return { type: { kind: 'type-name', name: 'void', pointers: 1, dimensions, span: type.span } };
  }
  if (type.kind === 'type-name') {
    const own = [...dimensions, ...type.dimensions];
    return { type: { ...type, pointers: type.pointers + pointers, dimensions: own } satisfies TypeName };
  }
  return {
    type,
    ...(pointers === 0 ? {} : { pointers }),
    ...(dimensions.length === 0 ? {} : { dimensions }),
  };
}

/** `__attribute__((packed, aligned(8)))`; others change nothing that matters here. */
function parseAttributes(cursor: TokenCursor): { packed: boolean; align?: number } {
  const attributes: { packed: boolean; align?: number } = { packed: false };
  for (;;) {
    if (cursor.take('__packed')) {
      attributes.packed = true;
      continue;
    }
    if (!cursor.take('__attribute__')) return attributes;
    cursor.expect('(');
    cursor.expect('(');
    while (!cursor.at(')')) {
      const name = cursor.expectIdentifier('the name of an attribute').text;
      if (name === 'packed' || name === '__packed__') attributes.packed = true;
      if ((name === 'aligned' || name === '__aligned__') && cursor.take('(')) {
        attributes.align = parseAlignment(cursor);
        cursor.expect(')');
      } else if (cursor.at('(')) {
        skipBrackets(cursor);
      }
      if (!cursor.take(',')) break;
    }
    cursor.expect(')');
    cursor.expect(')');
  }
}

function parseAlignment(cursor: TokenCursor): number {
  const { start } = cursor.current.span;
  const align = parseConstant(cursor);
  if (align < 1n || align > 4096n || (align & (align - 1n)) !== 0n) {
    cursor.stop({ start, end: cursor.previousEnd }, 'an alignment is a power of two up to 4096');
  }
  return Number(align);
}

function parseConstant(cursor: TokenCursor): bigint {
  const expression = parseExpression(cursor);
  const value = evaluateConstant(expression, (name) => cursor.names.constant(name));
  const span = { start: expression.span.start, end: cursor.previousEnd };
  return value ?? cursor.stop(span, 'this is not a constant');
}

function skipBrackets(cursor: TokenCursor): void {
  let depth = 0;
  do {
    if (cursor.current.kind === 'end') cursor.unexpected("')'");
    if (cursor.at('(')) depth++;
    if (cursor.at(')')) depth--;
    cursor.advance();
  } while (depth > 0);
}
