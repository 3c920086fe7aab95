import type { Span } from '../source/span.ts';

export type Token =
  | { readonly kind: 'integer'; readonly span: Span; readonly text: string; readonly value: bigint }
  | { readonly kind: 'string'; readonly span: Span; readonly text: string; readonly value: string }
  /** Names and keywords. */
  | { readonly kind: 'identifier'; readonly span: Span; readonly text: string }
  /** `$name`, `$1`, `$#` */
  | { readonly kind: 'variable'; readonly span: Span; readonly text: string }
  /** `@name`, or `@` alone */
  | { readonly kind: 'map'; readonly span: Span; readonly text: string }
  | { readonly kind: 'punctuation'; readonly span: Span; readonly text: string }
  /** `/` before `{`: in a predicate its end, elsewhere the operator. */
  | { readonly kind: 'predicate-end'; readonly span: Span; readonly text: string }
  /** Already reported; the parser stops at it. */
  | { readonly kind: 'invalid'; readonly span: Span; readonly text: string }
  | { readonly kind: 'end'; readonly span: Span; readonly text: string };
