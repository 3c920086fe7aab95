import type { ResultEntry, ResultMap } from '@bpfleet/client';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { metricName } from './label-set.ts';
import { renderPrometheus } from './render-prometheus.ts';

const answer = { targets: 3, complete: 2, partial: 1, failed: 0, offline: 0, skipped: 0, nodes: [] };
const map = (name: string, kind: ResultMap['kind'], ...entries: Partial<ResultEntry>[]): ResultMap => ({
  name,
  kind,
  key: Array.from(entries[0]?.key ?? [], () => 'string' as const),
  entries: entries.map((entry) => ({ key: [], nodes: 1, ...entry })),
});
/** The lines of the maps alone. */
const rendered = (maps: ResultMap[], by?: string) =>
  renderPrometheus({ answer, maps }, by)
    .split('\n')
    .slice(0, -1)
    .filter((line) => !line.includes('bpfleet_answer_'));
const samples = (maps: ResultMap[], by?: string) => rendered(maps, by).filter((line) => !line.startsWith('#'));

test('how the nodes answered comes first', () => {
  expect(renderPrometheus({ answer, maps: [] }, undefined)).toBe(
    [
      '# HELP bpfleet_answer_nodes Nodes of the session by how they answered.',
      '# TYPE bpfleet_answer_nodes gauge',
      'bpfleet_answer_nodes{state="complete"} 2',
      'bpfleet_answer_nodes{state="partial"} 1',
      'bpfleet_answer_nodes{state="failed"} 0',
      'bpfleet_answer_nodes{state="offline"} 0',
      'bpfleet_answer_nodes{state="skipped"} 0',
      '# HELP bpfleet_answer_targets Nodes that the session was for.',
      '# TYPE bpfleet_answer_targets gauge',
      'bpfleet_answer_targets 3',
      '',
    ].join('\n'),
  );
});

describe('maps', () => {
  test.each<[string, ResultMap, string, string[]]>([
    ['count', map('@opens', 'count', { key: ['bash'], value: 3 }), 'counter', ['bpfleet_opens_total{key="bash"} 3']],
    ['no name', map('@', 'sum', { value: -3 }), 'gauge', ['bpfleet_map -3']],
    [
      'two parts of a key, and a large number',
      map('@m', 'max', { key: ['a', 7], value: '18446744073709551615' }),
      'gauge',
      ['bpfleet_m{key1="a",key2="7"} 18446744073709551615'],
    ],
    ['avg', map('@a', 'avg', { count: 2, total: 9, average: 4 }), 'summary', ['bpfleet_a_sum 9', 'bpfleet_a_count 2']],
    ['a value that is a number', map('@v', 'value', { value: 5 }), 'gauge', ['bpfleet_v 5']],
    ['a value that is a text', map('@v', 'value', { value: 'on' }), 'gauge', ['bpfleet_v{value="on"} 1']],
    [
      'tseries, of which the newest',
      map('@t', 'tseries', { series: [1, 2].map((value) => ({ start: value, value })) }),
      'gauge',
      ['bpfleet_t 2'],
    ],
    [
      'hist, with the gap of empty buckets',
      map('@us', 'hist', {
        key: ['dd'],
        count: 6,
        buckets: [
          { min: null, max: -1, count: 1 },
          { min: 0, max: 0, count: 2 },
          { min: 8, max: 15, count: 3 },
        ],
      }),
      'histogram',
      [
        'bpfleet_us_bucket{key="dd",le="-1"} 1',
        'bpfleet_us_bucket{key="dd",le="0"} 3',
        'bpfleet_us_bucket{key="dd",le="7"} 3',
        'bpfleet_us_bucket{key="dd",le="15"} 6',
        'bpfleet_us_bucket{key="dd",le="+Inf"} 6',
        'bpfleet_us_count{key="dd"} 6',
      ],
    ],
    [
      'lhist, with what is above',
      map('@l', 'lhist', { count: 3, buckets: [{ min: 100, max: null, count: 3 }] }),
      'histogram',
      ['bpfleet_l_bucket{le="99"} 0', 'bpfleet_l_bucket{le="+Inf"} 3', 'bpfleet_l_count 3'],
    ],
    [
      'names that would break the line',
      map('@x', 'sum', { key: ['a"\\\n\u001b'], value: 1 }),
      'gauge',
      ['bpfleet_x{key="a\\"\\\\\\n\\\\x1b"} 1'],
    ],
    [
      'keys that are the same once escaped',
      map('@x', 'sum', { key: ['\u001b'], value: 1 }, { key: ['\\x1b'], value: 2 }),
      'gauge',
      ['bpfleet_x{key="\\\\x1b"} 1', 'bpfleet_x{key="\\\\x1b",duplicate="2"} 2'],
    ],
  ])('%s', (_, one, type, lines) => {
    const [help, typeLine, ...rest] = rendered([one]);
    expect(help).toMatch(/^# HELP bpfleet_\w+ @/);
    expect(typeLine).toMatch(new RegExp(`^# TYPE bpfleet_\\w+ ${type}$`));
    expect(rest).toEqual(lines);
  });

  test.each([
    ['node', 'node'],
    ['window', 'window'],
    ['label:a.b/c', 'label_a_b_c'],
  ])('by %s', (by, label) => {
    expect(samples([map('@', 'sum', { value: 1, group: 'g' })], by)).toEqual([`bpfleet_map{${label}="g"} 1`]);
  });

  test('no two families take one name', () => {
    const maps = [
      map('@x', 'avg', { count: 1, total: 2 }),
      map('@x_sum', 'sum', { value: 3 }),
      map('@x.sum', 'max', { value: 4 }),
      map('@answer_targets', 'sum', { value: 5 }),
    ];
    expect(
      renderPrometheus({ answer, maps }, undefined)
        .split('\n')
        .filter((line) => /^bpfleet_(x|answer_t)/.test(line)),
    ).toEqual([
      'bpfleet_answer_targets 3',
      'bpfleet_x_sum 2',
      'bpfleet_x_count 1',
      'bpfleet_x_sum_2 3',
      'bpfleet_x_sum_3 4',
      'bpfleet_answer_targets_2 5',
    ]);
  });

  test('a map without entries is left out', () => expect(rendered([map('@', 'count')])).toEqual([]));
});

test('whatever the names are, every line is one of the format and every series is told once', () => {
  const name = fc.string({ unit: 'binary', maxLength: 3 });
  const text = fc.oneof(name, fc.constantFrom('"', '\\', '\n', '\\n', '\\"'));
  const maps = fc.array(
    fc
      .tuple(
        name,
        fc.constantFrom('count', 'sum', 'value' as const),
        fc.uniqueArray(text, { minLength: 1, maxLength: 4 }),
      )
      .map(([called, kind, keys]) => map(`@${called}`, kind, ...keys.map((key) => ({ key: [key], value: 1 })))),
    { maxLength: 4 },
  );
  const line = /^[a-zA-Z_][a-zA-Z0-9_]*(\{([a-zA-Z_][a-zA-Z0-9_]*="([^"\\\n]|\\[\\n"])*",?)*\})? \d+$/u;
  fc.assert(
    fc.property(maps, (some) => {
      const lines = samples(some);
      for (const each of lines) expect(each).toMatch(line);
      expect(new Set(lines.map((each) => each.replace(/ \d+$/, ''))).size).toBe(lines.length);
      expect(lines).toHaveLength(some.flatMap(({ entries }) => entries).length);
    }),
  );
});

test.each([
  ['a.b-c', 'a_b_c'],
  ['9x', '_9x'],
  ['é:', '__'],
])('%j is named %s', (text, expected) => expect(metricName(text)).toBe(expected));
