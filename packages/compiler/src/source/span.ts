/** A piece of the source: offsets in UTF-16 code units, `end` exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
  /** The use of the macro or function that it was written out for. */
  readonly from?: Span;
}
