import fc from 'fast-check';
import type {
  AttachPoint,
  Block,
  BlockExpression,
  CDefinition,
  Clause,
  ConfigEntry,
  Expression,
  FunctionDefinition,
  Macro,
  MapAccess,
  MapDeclaration,
  RecordField,
  Script,
  Statement,
  TypeName,
  Variable,
} from './ast.ts';
import { binaryOperators } from './ast.ts';

const span = { start: 0, end: 0 };
const word = fc.constantFrom('a', 'b', 'cee', 'pid', 'args', 'comm', 'config', 'macro', 'x1');
const variable: fc.Arbitrary<Variable> = word.map((name) => ({ kind: 'variable', name: `$${name}`, span }));
const fieldName = fc.oneof(word, fc.constantFrom('0', '1', '17', 'for', 'if', 'struct'));
const length = fc.option(fc.nat(100), { nil: undefined });

const typeName: fc.Arbitrary<TypeName> = fc
  .record({
    named: fc.constantFrom<Pick<TypeName, 'tag' | 'name'>>(
      ...[{ tag: 'struct', name: 'foo' } as const, { tag: 'union', name: 'foo' } as const, { name: 'uint64' }],
      ...[{ tag: 'enum', name: 'foo' } as const, { name: 'unsigned long' }, { name: 'string' }, { name: 'foo_t' }],
    ),
    pointers: fc.nat(2),
    dimensions: fc.array(length, { maxLength: 2 }),
  })
  .map(({ named, ...rest }) => ({ kind: 'type-name', ...named, ...rest, span }));

/** A type that cannot be taken for an expression. */
const sureType: fc.Arbitrary<TypeName> = fc
  .tuple(typeName, fc.nat(1))
  .filter(([type]) => type.name !== 'foo_t' || type.pointers > 0)
  .map(([type, arrayPointers]) =>
    arrayPointers > 0 && type.dimensions.length > 0 ? { ...type, arrayPointers } : type,
  );

const leaf: fc.Arbitrary<Expression> = fc.oneof(
  fc
    .bigInt({ min: 0n, max: (1n << 63n) - 1n })
    .map((value) => ({ kind: 'integer', value, text: value.toString(), span }) as const),
  fc.constantFrom<Expression>(
    { kind: 'integer', value: 1000n, text: '1e3', span },
    { kind: 'integer', value: 5_000_000_000n, text: '5s', span },
    { kind: 'boolean', value: true, span },
    { kind: 'variable', name: '$1', span },
    { kind: 'variable', name: '$#', span },
  ),
  fc.string({ unit: 'binary', maxLength: 6 }).map((value) => ({ kind: 'string', value, span }) as const),
  word.map((name) => ({ kind: 'identifier', name, span }) as const),
  variable,
);

interface Tree {
  readonly expression: Expression;
  readonly map: MapAccess;
  readonly block: Block;
  readonly blockExpression: BlockExpression;
  readonly statement: Statement;
}

/** Trees of every kind of node, such as the parser makes: an empty `if` branch, a tuple of one, `- -x`. */
const { expression, block, blockExpression } = fc.letrec<Tree>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 5, depthSize: 'small', withCrossShrink: true },
    { weight: 4, arbitrary: leaf },
    tie('map'),
    fc
      .record({ operator: fc.constantFrom(...binaryOperators), left: tie('expression'), right: tie('expression') })
      .map((parts) => ({ kind: 'binary', ...parts, span }) as const),
    fc
      .record({ operator: fc.constantFrom('!', '~', '-', '+', '*'), operand: tie('expression') })
      .map((parts) => ({ kind: 'unary', ...parts, span }) as const),
    fc.oneof(variable, tie('map')).map((operand) => ({ kind: 'unary', operator: '&', operand, span }) as const),
    tie('expression').map((operand) => ({ kind: 'comptime', operand, span }) as const),
    fc
      .record({
        operator: fc.constantFrom('++', '--'),
        prefix: fc.boolean(),
        target: fc.oneof(variable, tie('map')),
      })
      .map((parts) => ({ kind: 'update', ...parts, span }) as const),
    fc
      .tuple(tie('expression'), tie('expression'), tie('expression'))
      .map(([condition, then, otherwise]) => ({ kind: 'ternary', condition, then, otherwise, span }) as const),
    fc
      .record({ object: tie('expression'), name: fieldName })
      .map((parts) => ({ kind: 'member', ...parts, nameSpan: span, span }) as const),
    fc
      .record({ object: tie('expression'), index: tie('expression') })
      .map((parts) => ({ kind: 'index', ...parts, span }) as const),
    fc
      .record({ type: typeName, operand: tie('expression') })
      .map((parts) => ({ kind: 'cast', ...parts, span }) as const),
    fc.array(tie('expression'), { maxLength: 3 }).map((elements) => ({ kind: 'tuple', elements, span }) as const),
    fc
      .uniqueArray(fc.record({ name: word, value: tie('expression'), span: fc.constant(span) }), {
        minLength: 1,
        maxLength: 3,
        selector: (field) => field.name,
      })
      .map((fields) => ({ kind: 'record', fields, span }) as const),
    fc
      .record({ name: word, arguments: fc.array(tie('expression'), { maxLength: 3 }) })
      .map((parts) => ({ kind: 'call', name: parts.name, nameSpan: span, arguments: parts.arguments, span }) as const),
    fc.oneof(sureType, tie('expression')).map((of) => ({ kind: 'sizeof', of, span }) as const),
    fc
      .record({ of: fc.oneof(sureType, tie('expression')), path: fc.array(word, { minLength: 1, maxLength: 3 }) })
      .map((parts) => ({ kind: 'offsetof', ...parts, span }) as const),
    tie('blockExpression'),
  ) as fc.Arbitrary<Expression>,
  map: fc
    .record({ name: fc.constantFrom('@', '@m'), key: fc.option(tie('expression'), { nil: undefined }) })
    .map(({ name, key }) => ({
      kind: 'map',
      name,
      ...(key === undefined ? {} : { key }),
      span,
    })) as fc.Arbitrary<MapAccess>,
  block: fc
    .array(tie('statement'), { maxLength: 3 })
    .map((statements) => ({ kind: 'block', statements, span })) as fc.Arbitrary<Block>,
  blockExpression: fc
    .record({
      statements: fc.array(tie('statement'), { maxLength: 2 }),
      value: fc.option(tie('expression'), { nil: undefined, freq: 4 }),
    })
    .map(({ statements, value }) => {
      return { kind: 'block-expression', statements, ...(value === undefined ? {} : { value }), span } as const;
    }) as fc.Arbitrary<BlockExpression>,
  statement: fc.oneof(
    { maxDepth: 4, depthSize: 'small', withCrossShrink: true },
    tie('expression').map((one) => ({ kind: 'expression-statement', expression: one, span }) as const),
    tie('expression').map((one) => ({ kind: 'expression-statement', expression: one, discarded: true, span }) as const),
    fc
      .record({
        target: fc.oneof(variable, tie('map')),
        operator: fc.option(fc.constantFrom('*', '/', '%', '+', '-', '<<', '>>', '&', '^', '|'), { nil: undefined }),
        value: tie('expression'),
      })
      .map(({ target, operator, value }) => {
        return { kind: 'assignment', target, ...(operator === undefined ? {} : { operator }), value, span } as const;
      }),
    fc
      .record({
        name: variable,
        type: fc.option(typeName, { nil: undefined }),
        value: fc.option(tie('expression'), { nil: undefined }),
      })
      .map(({ name, type, value }) => {
        const parts = { ...(type === undefined ? {} : { type }), ...(value === undefined ? {} : { value }) };
        return { kind: 'let', variable: name, ...parts, span } as const;
      }),
    fc
      .record({
        condition: tie('expression'),
        branches: fc.array(tie('block'), { minLength: 1, maxLength: 3 }),
        last: fc.boolean(),
      })
      .map(({ condition, branches, last }) => ifOf(condition as Expression, branches as Block[], last)),
    fc
      .record({ condition: tie('expression'), body: tie('block') })
      .map((parts) => ({ kind: 'while', ...parts, span }) as const),
    fc
      .record({ count: tie('expression'), body: tie('block') })
      .map((parts) => ({ kind: 'unroll', ...parts, span }) as const),
    fc
      .record({
        variable,
        over: fc.oneof(
          fc.constant({ kind: 'map', name: '@m', span } as const),
          fc
            .record({ from: tie('expression'), to: tie('expression') })
            .map((ends) => ({ kind: 'range', ...ends, span }) as const),
        ),
        body: tie('block'),
      })
      .map((parts) => ({ kind: 'for', ...parts, span }) as const),
    fc.constantFrom<Statement>({ kind: 'break', span }, { kind: 'continue', span }, { kind: 'return', span }),
    tie('expression').map((value) => ({ kind: 'return', value, span }) as const),
    tie('block'),
  ) as fc.Arbitrary<Statement>,
}));

function ifOf(condition: Expression, branches: readonly Block[], last: boolean): Statement & { kind: 'if' } {
  const [then = { kind: 'block', statements: [], span } as const, ...rest] = branches;
  if (rest.length === 0) return { kind: 'if', condition, then, span };
  const [otherwise] = rest;
  if (rest.length === 1 && last && otherwise !== undefined) return { kind: 'if', condition, then, otherwise, span };
  return { kind: 'if', condition, then, otherwise: ifOf(condition, rest, last), span };
}

const attachPoint: fc.Arbitrary<AttachPoint> = fc.constantFrom(
  ...['begin', 'tracepoint:a:b*', 'uprobe:/bin/sh:main+0x4', 'uprobe:"/a b":cpp:"f(int, c)"', 'interval:s:$1'].map(
    (text): AttachPoint => ({
      kind: 'attach-point',
      text,
      parts: text.replaceAll('"', '').split(':'),
      span,
    }),
  ),
);

const clause: fc.Arbitrary<Clause> = fc
  .record({
    attachPoints: fc.array(attachPoint, { minLength: 1, maxLength: 2 }),
    predicate: fc.option(expression, { nil: undefined }),
    body: block,
  })
  .map(({ attachPoints, predicate, body }) => {
    return { kind: 'clause', attachPoints, ...(predicate === undefined ? {} : { predicate }), body, span };
  });

const macro: fc.Arbitrary<Macro> = fc
  .record({
    name: word,
    parameters: fc.array(
      fc.oneof(
        word.map((name) => ({ kind: 'identifier', name, span }) as const),
        variable,
        fc.constant({ kind: 'map', name: '@m', span } as const),
      ),
      { maxLength: 3 },
    ),
    body: blockExpression,
  })
  .map(({ name, parameters, body }) => ({ kind: 'macro', name, nameSpan: span, parameters, body, span }));

const functionDefinition: fc.Arbitrary<FunctionDefinition> = fc
  .record({
    name: word,
    parameters: fc.array(fc.record({ variable, type: typeName }), { maxLength: 3 }),
    returns: typeName,
    body: block,
  })
  .map((parts) => ({ kind: 'function', nameSpan: span, ...parts, span }));

const configEntry: fc.Arbitrary<ConfigEntry> = fc
  .record({ name: word, value: fc.oneof(fc.nat().map(BigInt), fc.constantFrom('perf', '..', true, false)) })
  .map(({ name, value }) => ({ kind: 'config-entry', name, nameSpan: span, value, valueSpan: span, span }));

const mapDeclaration: fc.Arbitrary<MapDeclaration> = fc
  .record({ type: fc.constantFrom('hash', 'lruhash'), maxEntries: fc.integer({ min: 1 }).map(BigInt) })
  .map((parts) => ({ kind: 'map-declaration', name: '@m', ...parts, typeSpan: span, span }));

const { definition } = fc.letrec<{ field: RecordField; definition: CDefinition & { kind: 'record-definition' } }>(
  (tie) => ({
    field: fc
      .record({
        name: word,
        type: fc.oneof({ maxDepth: 2 }, typeName, tie('definition')),
        bits: fc.option(fc.nat(64), { nil: undefined }),
        pointers: fc.nat(2),
      })
      .map(({ name, type, bits, pointers }) => ({
        name,
        type,
        ...(type.kind !== 'type-name' && pointers > 0 ? { pointers } : {}),
        ...(bits === undefined ? {} : { bits }),
        span,
      })),
    definition: fc
      .record({
        tag: fc.constantFrom('struct', 'union'),
        name: word,
        packed: fc.boolean(),
        align: fc.constantFrom(undefined, 8),
        fields: fc.array(tie('field'), { maxLength: 3 }),
      })
      .map(({ tag, name, packed, align, fields }) => {
        return {
          kind: 'record-definition',
          tag,
          name,
          packed,
          ...(align === undefined ? {} : { align }),
          fields,
          span,
        };
      }),
  }),
);

const cDefinition: fc.Arbitrary<CDefinition> = fc.oneof(
  definition,
  fc
    .record({ name: fc.constantFrom('t1', 't2'), type: fc.oneof(typeName, definition) })
    .map((parts) => ({ kind: 'typedef-definition', ...parts, span }) as const),
  fc
    .record({
      name: word,
      values: fc.array(fc.record({ name: word, value: fc.integer().map(BigInt), span: fc.constant(span) }), {
        maxLength: 3,
      }),
    })
    .map((parts) => ({ kind: 'enum-definition', ...parts, span }) as const),
);

/** Whole scripts; `#define` is not among them, since what it stands for is parsed with no regard to other definitions. */
export const script: fc.Arbitrary<Script> = fc
  .record({
    imports: fc.array(
      fc.constantFrom('stdlib', 'stdlib/strings').map((path) => ({ kind: 'import', path, span }) as const),
      { maxLength: 2 },
    ),
    definitions: fc.array(cDefinition, { maxLength: 2 }),
    config: fc.array(configEntry, { maxLength: 2 }),
    mapDeclarations: fc.array(mapDeclaration, { maxLength: 2 }),
    macros: fc.array(macro, { maxLength: 2 }),
    functions: fc.array(functionDefinition, { maxLength: 2 }),
    clauses: fc.array(clause, { minLength: 1, maxLength: 2 }),
  })
  .map((parts) => ({ kind: 'script', ...parts, span }));
