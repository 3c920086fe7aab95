import { wrongRequest } from '../cli-error.ts';

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

/** Throws CliError where results cannot be grouped so. */
export function requireGrouping(by: string | undefined): void {
  if (by !== undefined && !/^(node|window|label:.+)$/.test(by)) {
    throw wrongRequest(`--by ${by}: group by node, window or label:KEY.`);
  }
}

/** Heading of the column that tells a result's group. */
export function groupTitle(by: string | undefined): string | undefined {
  return by?.replace(/^label:/, '').toUpperCase();
}
