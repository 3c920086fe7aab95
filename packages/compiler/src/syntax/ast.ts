import type { Span } from '../source/span.ts';

/** A script as written. */
export interface Script {
  readonly kind: 'script';
  readonly clauses: readonly Clause[];
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

export interface Block {
  readonly kind: 'block';
  readonly statements: readonly Statement[];
  readonly span: Span;
}

export type Statement =
  | { readonly kind: 'expression-statement'; readonly expression: Expression; readonly span: Span }
  | Assignment
  | Let
  | If
  | { readonly kind: 'return'; readonly span: Span }
  | Block;

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

export const binaryOperators = [
  ...(['*', '/', '%', '+', '-', '<<', '>>', '<', '<=', '>', '>=', '==', '!=', '&', '^', '|', '&&', '||'] as const),
] as const;
export type BinaryOperator = (typeof binaryOperators)[number];
export type UnaryOperator = '!' | '~' | '-' | '+';

export type Expression =
  | { readonly kind: 'integer'; readonly value: bigint; readonly text: string; readonly span: Span }
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
  | { readonly kind: 'tuple'; readonly elements: readonly Expression[]; readonly span: Span };

/** A builtin without parentheses: `pid`, `args`. */
export interface Identifier {
  readonly kind: 'identifier';
  readonly name: string;
  readonly span: Span;
}

/** `name` with the `$`. */
export interface Variable {
  readonly kind: 'variable';
  readonly name: string;
  readonly span: Span;
}

/** `name` with the `@`; no key: the whole map, or the value of a map that has none. */
export interface MapAccess {
  readonly kind: 'map';
  readonly name: string;
  readonly key?: readonly Expression[];
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

export interface Ternary {
  readonly kind: 'ternary';
  readonly condition: Expression;
  readonly then: Expression;
  readonly otherwise: Expression;
  readonly span: Span;
}

/** `args.x` and `args->x`. */
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

interface Cast {
  readonly kind: 'cast';
  readonly type: string;
  readonly operand: Expression;
  readonly span: Span;
}
