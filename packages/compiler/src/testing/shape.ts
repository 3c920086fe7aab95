/** What kind of value an expression of a random program has. */
export type Shape = 'int' | 'bool' | 'string' | TupleShape;

export interface TupleShape {
  readonly elements: readonly Shape[];
  /** Of records. */
  readonly names?: readonly string[];
}

export type AggregateName = 'count' | 'sum' | 'min' | 'max' | 'avg' | 'stats' | 'hist' | 'lhist';

/** A map of a random program: the shapes of the parts of its key, and of its value or the aggregate it holds. */
export interface MapShape {
  readonly name: string;
  readonly key: readonly Shape[];
  readonly value: Shape | { readonly aggregate: AggregateName; readonly bounds: string };
}

export function sameShape(a: Shape, b: Shape): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Aggregates that are a number where a program reads them. */
export function isReadable({ value }: MapShape): boolean {
  return typeof value === 'object' && 'aggregate' in value && /^(count|sum|min|max|avg)$/.test(value.aggregate);
}
