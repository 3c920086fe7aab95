import type { Span } from '../source/span.ts';

/** A script as written, its parts by what they are; each list in the order of the source. */
export interface Script {
  readonly kind: 'script';
  readonly imports: readonly Import[];
  readonly clauses: readonly Clause[];
  readonly macros: readonly Macro[];
  readonly functions: readonly FunctionDefinition[];
  readonly config: readonly ConfigEntry[];
  readonly mapDeclarations: readonly MapDeclaration[];
  /** `struct`, `union`, `enum`, `typedef` and `#define` of C. */
  readonly definitions: readonly CDefinition[];
  readonly span: Span;
}

/** `import "lib.bt";`: what a file or all files of a folder hold. */
export interface Import {
  readonly kind: 'import';
  readonly path: string;
  /** Without the semicolon. */
  readonly span: Span;
}

/** Probes, an optional predicate, and what runs when one of them fires. */
export interface Clause {
  readonly kind: 'clause';
  readonly attachPoints: readonly AttachPoint[];
  readonly predicate?: Expression;
  readonly body: Block;
  readonly span: Span;
}

/** A probe as written, `tracepoint:sched:*`: its parts between the colons. */
export interface AttachPoint {
  readonly kind: 'attach-point';
  readonly text: string;
  readonly parts: readonly string[];
  readonly span: Span;
}

/** `macro name($a, @m, e) { ... }`: by name, hygienic; parameters are variables, maps or expressions. */
export interface Macro {
  readonly kind: 'macro';
  readonly name: string;
  readonly nameSpan: Span;
  readonly parameters: readonly (Variable | MapAccess | Identifier)[];
  /** Its last statement without a semicolon is its value. */
  readonly body: BlockExpression;
  readonly span: Span;
}

/** `fn name($a : type) : type { ... }`: its variables are its own, maps are everyone's; `return` ends it. */
export interface FunctionDefinition {
  readonly kind: 'function';
  readonly name: string;
  readonly nameSpan: Span;
  readonly parameters: readonly FunctionParameter[];
  /** `void` where it gives nothing. */
  readonly returns: TypeName;
  readonly body: Block;
  readonly span: Span;
}

export interface FunctionParameter {
  readonly variable: Variable;
  readonly type: TypeName;
}

/** One line of `config = { name = value }`. */
export interface ConfigEntry {
  readonly kind: 'config-entry';
  readonly name: string;
  readonly nameSpan: Span;
  readonly value: bigint | string | boolean;
  readonly valueSpan: Span;
  readonly span: Span;
}

/** `let @m = lruhash(100);` */
export interface MapDeclaration {
  readonly kind: 'map-declaration';
  /** With the `@`. */
  readonly name: string;
  readonly type: string;
  readonly typeSpan: Span;
  readonly maxEntries: bigint;
  readonly span: Span;
}

/** A definition in C's language. */
export type CDefinition = RecordDefinition | EnumDefinition | TypedefDefinition | DefineDefinition;

export interface RecordDefinition {
  readonly kind: 'record-definition';
  readonly tag: 'struct' | 'union';
  /** Empty for one within another that has no name. */
  readonly name: string;
  readonly packed: boolean;
  /** Bytes, of `__attribute__((aligned(N)))`. */
  readonly align?: number;
  readonly fields: readonly RecordField[];
  readonly span: Span;
}

export interface RecordField {
  /** Empty: the fields of an unnamed structure within are reached as if they were the outer's. */
  readonly name: string;
  readonly type: TypeName | RecordDefinition | EnumDefinition;
  /** Of a field whose type is a definition, as TypeName has them: `struct { int x; } *a[4];` */
  readonly pointers?: number;
  readonly dimensions?: readonly (number | undefined)[];
  /** Of bit-fields. */
  readonly bits?: number;
  readonly span: Span;
}

export interface EnumDefinition {
  readonly kind: 'enum-definition';
  readonly name: string;
  readonly values: readonly { readonly name: string; readonly value: bigint; readonly span: Span }[];
  readonly span: Span;
}

export interface TypedefDefinition {
  readonly kind: 'typedef-definition';
  readonly name: string;
  readonly type: TypeName | RecordDefinition | EnumDefinition;
  /** As those of a field. */
  readonly pointers?: number;
  readonly dimensions?: readonly (number | undefined)[];
  readonly span: Span;
}

/** `#define NAME expression`; others are an error where they are used. */
export interface DefineDefinition {
  readonly kind: 'define-definition';
  readonly name: string;
  readonly value?: Expression;
  readonly span: Span;
}

/** A type as written: `uint32`, `struct task_struct *`, `string[16]`, `int8[4]`. */
export interface TypeName {
  readonly kind: 'type-name';
  /** Of `typeof(expression)`, whose name is `typeof`. */
  readonly of?: Expression;
  readonly tag?: 'struct' | 'union' | 'enum';
  /** C's spellings are one word with single blanks: `unsigned long`. */
  readonly name: string;
  readonly pointers: number;
  /** Lengths between brackets, the outermost first. An empty `[]` is undefined. */
  readonly dimensions: readonly (number | undefined)[];
  /** Stars after the brackets: `int32[4] *` points to an array. */
  readonly arrayPointers?: number;
  readonly span: Span;
}

export interface Block {
  readonly kind: 'block';
  readonly statements: readonly Statement[];
  readonly span: Span;
}

export type Statement =
  | ExpressionStatement
  | Assignment
  | Let
  | If
  | While
  | Unroll
  | For
  | { readonly kind: 'break'; readonly span: Span }
  | { readonly kind: 'continue'; readonly span: Span }
  | Return
  | Block;

export interface Return {
  readonly kind: 'return';
  readonly value?: Expression;
  /** The call that it ends, once the body of a function stands in the call's place; absent: it ends the program. */
  readonly from?: WrittenCall;
  readonly span: Span;
}

/** The call of a function in whose place the function's body stands. */
export interface WrittenCall {
  readonly name: string;
  readonly returns: TypeName;
  /** Where the value goes; absent where there is none. Each `return` has a node of its own. */
  readonly result?: Variable;
}

export interface ExpressionStatement {
  readonly kind: 'expression-statement';
  readonly expression: Expression;
  /** Of `_ = expression`: that nothing uses the value is meant. */
  readonly discarded?: true;
  readonly span: Span;
}

export interface Assignment {
  readonly kind: 'assignment';
  readonly target: Variable | MapAccess;
  /** Of `+=` and its like: the operation. */
  readonly operator?: BinaryOperator;
  readonly value: Expression;
  readonly span: Span;
}

export interface Let {
  readonly kind: 'let';
  readonly variable: Variable;
  readonly type?: TypeName;
  readonly value?: Expression;
  readonly span: Span;
}

export interface If {
  readonly kind: 'if';
  readonly condition: Expression;
  readonly then: Block;
  readonly otherwise?: Block | If;
  readonly span: Span;
}

export interface While {
  readonly kind: 'while';
  readonly condition: Expression;
  readonly body: Block;
  readonly span: Span;
}

export interface Unroll {
  readonly kind: 'unroll';
  readonly count: Expression;
  readonly body: Block;
  readonly span: Span;
}

/** `for ($kv : @m) { }` over a map; `for ($i : a..b) { }` over the numbers from a up to b, without b. */
export interface For {
  readonly kind: 'for';
  readonly variable: Variable;
  readonly over: MapAccess | Range;
  readonly body: Block;
  readonly span: Span;
}

export interface Range {
  readonly kind: 'range';
  readonly from: Expression;
  readonly to: Expression;
  readonly span: Span;
}

export const binaryOperators = [
  ...(['*', '/', '%', '+', '-', '<<', '>>', '<', '<=', '>', '>=', '==', '!=', '&', '^', '|', '&&', '||'] as const),
] as const;
export type BinaryOperator = (typeof binaryOperators)[number];
/** `*` reads what a pointer points to; `&` is the address of a map's value or a variable. */
export type UnaryOperator = '!' | '~' | '-' | '+' | '*' | '&';

export type Expression =
  | { readonly kind: 'integer'; readonly value: bigint; readonly text: string; readonly span: Span }
  | { readonly kind: 'boolean'; readonly value: boolean; readonly span: Span }
  | { readonly kind: 'string'; readonly value: string; readonly span: Span }
  | Identifier
  | Variable
  | MapAccess
  | Call
  | Binary
  | { readonly kind: 'unary'; readonly operator: UnaryOperator; readonly operand: Expression; readonly span: Span }
  | Update
  | Ternary
  | Member
  | Index
  | Cast
  | { readonly kind: 'tuple'; readonly elements: readonly Expression[]; readonly span: Span }
  | RecordLiteral
  | SizeOf
  | OffsetOf
  | Comptime
  | BlockExpression;

/** A builtin without parentheses: `pid`, `args`; a constant of an enum; a `#define`; a macro without arguments. */
export interface Identifier {
  readonly kind: 'identifier';
  readonly name: string;
  readonly span: Span;
}

/** `name` with the `$`; `$1` and `$#` are positional parameters. */
export interface Variable {
  readonly kind: 'variable';
  readonly name: string;
  /** Which expansion of a macro it is local to: there it is another variable than one of the same name outside. */
  readonly expansion?: number;
  readonly span: Span;
}

/**
 * `name` with the `@`; no key: the whole map, or the value of a map that has none. `@[a, b]` and `@[(a, b)]` are the
 * same: the key is a tuple.
 */
export interface MapAccess {
  readonly kind: 'map';
  readonly name: string;
  readonly key?: Expression;
  readonly span: Span;
}

export interface Call {
  readonly kind: 'call';
  readonly name: string;
  readonly nameSpan: Span;
  readonly arguments: readonly Expression[];
  readonly span: Span;
}

export interface Binary {
  readonly kind: 'binary';
  readonly operator: BinaryOperator;
  readonly left: Expression;
  readonly right: Expression;
  readonly span: Span;
}

/** `++x`, `x--` and so on. */
export interface Update {
  readonly kind: 'update';
  readonly operator: '++' | '--';
  readonly prefix: boolean;
  readonly target: Variable | MapAccess;
  readonly span: Span;
}

/** `c ? a : b`, and `if (c) { a } else { b }` where a value is wanted. */
export interface Ternary {
  readonly kind: 'ternary';
  readonly condition: Expression;
  readonly then: Expression;
  readonly otherwise: Expression;
  readonly span: Span;
}

/** `args.x` and `args->x`; `t.0` of a tuple: the name is a number. */
export interface Member {
  readonly kind: 'member';
  readonly object: Expression;
  readonly name: string;
  readonly nameSpan: Span;
  readonly span: Span;
}

export interface Index {
  readonly kind: 'index';
  readonly object: Expression;
  readonly index: Expression;
  readonly span: Span;
}

/** The span is that of the brackets, as in bpftrace's messages. */
export interface Cast {
  readonly kind: 'cast';
  readonly type: TypeName;
  readonly operand: Expression;
  readonly span: Span;
}

/** `(a=1, b=2)`: a tuple whose elements have names. */
export interface RecordLiteral {
  readonly kind: 'record';
  readonly fields: readonly { readonly name: string; readonly value: Expression; readonly span: Span }[];
  readonly span: Span;
}

/** `sizeof(type)` and `sizeof(expression)`. */
export interface SizeOf {
  readonly kind: 'sizeof';
  readonly of: TypeName | Expression;
  readonly span: Span;
}

/** `offsetof(type, a.b)`; an expression in place of the type stands for its type. */
export interface OffsetOf {
  readonly kind: 'offsetof';
  readonly of: TypeName | Expression;
  readonly path: readonly string[];
  readonly span: Span;
}

/** `comptime expression`: to be known when the script is compiled; of branches on it only the one taken is compiled. */
export interface Comptime {
  readonly kind: 'comptime';
  readonly operand: Expression;
  readonly span: Span;
}

/** `{ $a = 1; $a + 1 }` where a value is wanted: statements, then the value; of a macro it may have none. */
export interface BlockExpression {
  readonly kind: 'block-expression';
  readonly statements: readonly Statement[];
  readonly value?: Expression;
  /** The body of a function in place of its call: a `return` within ends it. */
  readonly call?: true;
  readonly span: Span;
}
