/** How results can be written. */
export const resultsFormats = [
  'table',
  'json',
  'ndjson',
  'csv',
  'folded',
  'pprof',
  'speedscope',
  'prometheus',
] as const;

export interface ResultsOptions {
  readonly map?: string;
  readonly by?: string;
  readonly top?: number;
  readonly format?: (typeof resultsFormats)[number];
  /** Another session to compare with. */
  readonly compare?: string;
  /** Two groups of `by` to compare: `X,Y`, or true for the two that there are. */
  readonly compareGroups?: string | true;
  readonly output: 'table' | 'json';
}

/** Entries of a group that a table shows where `--top` does not say. */
export const DEFAULT_TOP = 40;
