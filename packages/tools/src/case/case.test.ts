import type { MapState } from '@bpfleet/aggregate';
import { keyId } from '@bpfleet/aggregate';
import { describe, expect, test } from 'vitest';
import { evaluate } from './expression.ts';
import { judgeCase } from './judge-case.ts';
import { ToolCaseSchema } from './tool-case.ts';

const truths = new Map([
  ['made', 100],
  ['bytes_each', 4_096],
]);

describe('bounds', () => {
  test.each([
    ['made', 100],
    ['made * 2 - 5', 195],
    ['2 * (made + 1) / 4', 50.5],
    ['-made + 0.5', -99.5],
    ['made*bytes_each', 409_600],
  ])('%s', (expression, value) => expect(evaluate(expression, truths)).toBe(value));

  test.each(['', 'made +', '(made', 'made made', 'other', '1 % 2', ')'])('%j makes no sense', (expression) => {
    expect(() => evaluate(expression, truths)).toThrow();
  });
});

const state = (entries: [string, bigint][]): MapState => ({
  schema: { id: 0, name: '@opens', kind: 'count', key: ['string', 'int'], signed: false },
  entries: new Map(
    entries.map(([comm, count]) => {
      const key = [comm, 0n];
      return [keyId(key), { key, cells: new Map([[0, count]]) }];
    }),
  ),
});
const outputs = [{ map: '@opens', summary: 'x', keys: ['comm', 'error'] }];
const judge = (expectation: object, entries: [string, bigint][], printed = '') => {
  const one = ToolCaseSchema.parse({ workload: 'true', expect: [expectation] });
  return judgeCase(one, { outputs }, { maps: [state(entries)], printed }, truths);
};

describe('what a tool says is held against the bounds', () => {
  test.each<[object, [string, bigint][], string[]]>([
    [
      { map: '@opens', where: { comm: 'sh' }, equals: 'made' },
      [
        ['sh', 100n],
        ['dd', 7n],
      ],
      [],
    ],
    [
      { map: '@opens', where: { comm: 's.*|dd', error: 0 }, equals: 107 },
      [
        ['sh', 100n],
        ['dd', 7n],
      ],
      [],
    ],
    [{ map: '@opens', where: { comm: 's' }, max: 0 }, [['sh', 100n]], []],
    [
      { map: '@opens', measure: 'entries', equals: 2 },
      [
        ['sh', 1n],
        ['dd', 7n],
      ],
      [],
    ],
    [{ map: '@opens', min: 'made + 1' }, [['sh', 100n]], ['@opens: is 100, must be at least 101 (made + 1)']],
    [{ map: '@opens', where: { comm: 'x' }, min: 1 }, [], ['@opens[comm=x]: is 0, must be at least 1']],
    [{ map: '@other', min: 1 }, [], ['@other: the tool has no such map']],
  ])('%j', (expectation, entries, wrong) => expect(judge(expectation, entries)).toEqual(wrong));

  test('printed lines', () => {
    expect(judge({ printed: '^\\d+ sh', equals: 2 }, [], '1 sh\n2 sh\n3 dd\n')).toEqual([]);
  });

  test('a case without bounds holds nothing', () => {
    expect(ToolCaseSchema.safeParse({ workload: '', expect: [{ map: '@x' }] }).success).toBe(false);
  });
});
