import {
  averageOf,
  bucketsOf,
  type Cells,
  type Entry,
  type MapSchema,
  type MapState,
  mergeCells,
  quantile,
  scalarText,
  totalCount,
} from '@bpfleet/aggregate';
import type { ToolManifest } from '../manifest/tool-manifest.ts';
import { evaluate, type Truths } from './expression.ts';
import type { CaseMeasure, Expectation, MapExpectation, ToolCase } from './tool-case.ts';

/** What a tool left and printed. */
export interface ToolAnswer {
  readonly maps: readonly MapState[];
  readonly printed: string;
}

/** A sentence for each expectation that does not hold. */
export function judgeCase(
  { expect }: ToolCase,
  { outputs }: Pick<ToolManifest, 'outputs'>,
  answer: ToolAnswer,
  truths: Truths,
): string[] {
  return expect.flatMap((expectation) => {
    const keys = 'map' in expectation ? (outputs.find(({ map }) => map === expectation.map)?.keys ?? []) : [];
    const measured = measuredOf(expectation, keys, answer);
    if (typeof measured === 'string') return [`${nameOf(expectation)}: ${measured}`];
    return brokenBounds(expectation, measured, truths).map((broken) => `${nameOf(expectation)}: ${broken}`);
  });
}

function brokenBounds({ min, max, equals }: Expectation, measured: number, truths: Truths): string[] {
  const holds: readonly [typeof min, string, (bound: number) => boolean][] = [
    [min, 'at least', (bound) => measured >= bound],
    [max, 'at most', (bound) => measured <= bound],
    [equals, 'exactly', (bound) => measured === bound],
  ];
  return holds.flatMap(([given, words, test]) => {
    if (given === undefined) return [];
    const bound = evaluate(`${given}`, truths);
    return test(bound)
      ? []
      : [`is ${measured}, must be ${words} ${bound}${`${bound}` === `${given}` ? '' : ` (${given})`}`];
  });
}

/** A sentence where there is nothing to measure. */
function measuredOf(expectation: Expectation, keys: readonly string[], { maps, printed }: ToolAnswer): number | string {
  if ('printed' in expectation) {
    const pattern = new RegExp(expectation.printed);
    return printed.split('\n').filter((line) => pattern.test(line)).length;
  }
  const state = maps.find(({ schema }) => schema.name === expectation.map);
  if (state === undefined) return 'the tool has no such map';
  const { schema } = state;
  const measure = expectation.measure ?? (schema.kind === 'hist' || schema.kind === 'lhist' ? 'count' : 'value');
  const entries = [...state.entries.values()].filter((entry) => matches(entry, expectation, keys));
  if (measure === 'entries') return entries.length;
  if (entries.length === 0 && !/^(value|count|total)$/.test(measure)) return 'no entry matches';
  return entries.length === 0 ? 0 : numberOf(measure, schema, merged(schema, entries));
}

function matches({ key }: Entry, { where }: MapExpectation, keys: readonly string[]): boolean {
  return Object.entries(where).every(([name, wanted]) => {
    const part = key[keys.indexOf(name)];
    if (part === undefined) return false;
    const text = scalarText(part);
    return typeof wanted === 'number' ? text === `${wanted}` : new RegExp(`^(?:${wanted})$`).test(text);
  });
}

/** Of maps that hold plain values, their sum. */
function merged(schema: MapSchema, entries: readonly Entry[]): Entry {
  const cells: Cells = new Map();
  for (const entry of entries) mergeCells(schema, cells, entry.cells);
  const value = entries.reduce((sum, each) => sum + (typeof each.value === 'bigint' ? each.value : 0n), 0n);
  return { key: [], cells, value };
}

function numberOf(measure: Exclude<CaseMeasure, 'entries'>, schema: MapSchema, entry: Entry): number {
  switch (measure) {
    case 'value':
      return Number(schema.kind === 'value' ? entry.value : (entry.cells.get(0) ?? 0n));
    case 'count':
      return Number(schema.kind === 'avg' || schema.kind === 'stats' ? (entry.cells.get(0) ?? 0n) : totalCount(entry));
    case 'total':
      return Number(entry.cells.get(1) ?? 0n);
    case 'average':
      return Number(averageOf(schema, entry));
    default:
      return quantile(bucketsOf(schema, entry.cells), Number(measure.slice(1)) / 100) ?? 0;
  }
}

function nameOf(expectation: Expectation): string {
  if ('printed' in expectation) return `lines /${expectation.printed}/`;
  const where = Object.entries(expectation.where).map(([name, wanted]) => `${name}=${wanted}`);
  const measure = expectation.measure === undefined ? '' : ` ${expectation.measure}`;
  return `${expectation.map}${where.length === 0 ? '' : `[${where.join(', ')}]`}${measure}`;
}
