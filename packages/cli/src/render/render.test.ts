import type { AnswerSheet, NodeAnswer, NodeCheck, ResultEntry, ResultMap } from '@bpfleet/client';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkTable } from '../commands/check.ts';
import { plain } from '../terminal.ts';
import { ago } from './ago.ts';
import { answerSum, renderAnswerSheet } from './answer-sheet.ts';
import { renderCsv } from './csv.ts';
import { documentHistogram } from './document-histogram.ts';
import { bytes, grouped, percent, plural } from './number.ts';
import { printable } from './printable.ts';
import { renderResultMap, topEntries } from './result-map.ts';
import { renderTable } from './table.ts';

const bar = (length: number) => `|${'@'.repeat(length).padEnd(52)}|`;

describe('printable', () => {
  test.each([
    ['bash', 'bash'],
    ['\u001b[2J\u001b]0;x\u0007', '\\x1b[2J\\x1b]0;x\\x07'],
    ['a\nb\tc\rd', 'a\\nb\\tc\\rd'],
    ['\u009b31m', '\\x9b31m'],
    ['a\u202eb\u2066', 'a\\u{202e}b\\u{2066}'],
    ['\ud800', '\\u{d800}'],
    ['ü 😀 \\x1b', 'ü 😀 \\x1b'],
  ])('%j', (text, shown) => {
    expect(printable(text)).toBe(shown);
  });

  test('lets nothing through that a terminal would obey, and changes no other text', () => {
    const obeyed = (text: string) => [...text].some((each) => /\p{Cc}|\p{Bidi_Control}|\p{Zl}|\p{Zp}/u.test(each));
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 20 }), (text) => {
        const shown = printable(text);
        expect(obeyed(shown)).toBe(false);
        if (/^[\x20-\x7e]*$/.test(text)) {
          expect(shown).toBe(text);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test('keeps what is asked for', () => {
    expect(printable('a\n\u001b\t', '\n\t')).toBe('a\n\\x1b\t');
  });
});

describe('renderTable', () => {
  const columns = [
    { title: 'NAME', flexible: true },
    { title: 'N', align: 'right' as const },
  ];

  test('aligns, and leaves no space at the end', () => {
    expect(
      renderTable(columns, [
        ['a', '1'],
        ['long name', '1000'],
      ]),
    ).toBe('NAME          N\na             1\nlong name  1000\n');
    expect(
      renderTable(
        [{ title: 'A' }, { title: 'B' }],
        [
          ['x', ''],
          ['y', 'z'],
        ],
      ),
    ).toBe('A  B\nx\ny  z\n');
  });

  test('cuts flexible columns to the width of the terminal', () => {
    const text = renderTable(columns, [['a name that is too long', '1']], { width: 15 });
    expect(text).toBe('NAME          N\na name that…  1\n');
  });

  test('escapes its cells', () => {
    expect(renderTable([{ title: 'A' }], [['\u001b[31m']])).toBe('A\n\\x1b[31m\n');
  });
});

test.each([
  [1234567, '1,234,567'],
  [-1234, '-1,234'],
  [999, '999'],
  ['18446744073709551615', '18,446,744,073,709,551,615'],
])('grouped %s', (value, text) => {
  expect(grouped(value)).toBe(text);
});

test('quantities', () => {
  expect([bytes(0), bytes(1023), bytes(1536), bytes(25_200_000_000)]).toEqual(['0 B', '1023 B', '1.5 KiB', '23.5 GiB']);
  expect([percent(null), percent(0.002), percent(1)]).toEqual(['-', '0.20%', '100.00%']);
  expect([plural(1, 'node'), plural('1', 'node'), plural(0, 'node')]).toEqual(['1 node', '1 node', '0 nodes']);
  expect([0, 59, 60, 3600, 90_000].map((seconds) => ago(0, seconds * 1000))).toEqual(['0s', '59s', '1m', '1h', '1d']);
});

const node = (rest: Partial<NodeAnswer>): NodeAnswer => ({
  name: 'a',
  arch: 'arm64',
  kernel: '6.1.0',
  state: 'complete',
  produced: 10,
  stored: 10,
  lost: { kernel: 0, sampledOut: 0, truncated: 0, evicted: 0, mapFull: 0, readFailed: 0 },
  overhead: 0.002,
  reason: null,
  ...rest,
});
const sheet = (nodes: NodeAnswer[], counts: Partial<AnswerSheet> = {}): AnswerSheet => ({
  targets: nodes.length,
  complete: nodes.filter(({ state }) => state === 'complete').length,
  partial: nodes.filter(({ state }) => state === 'partial').length,
  failed: 0,
  offline: nodes.filter(({ state }) => state === 'offline').length,
  skipped: 0,
  nodes,
  ...counts,
});

describe('answer sheet', () => {
  test('every target is in the sum', () => {
    expect(answerSum({ targets: 1, complete: 1, partial: 0, failed: 0, offline: 0, skipped: 0 })).toBe(
      '1 target = 1 complete',
    );
    expect(answerSum({ targets: 9, complete: 4, partial: 1, failed: 1, offline: 1, skipped: 0 })).toBe(
      '9 targets = 4 complete + 1 partial + 1 failed + 1 offline + 2 not ended',
    );
  });

  test('says what was lost, where and why', () => {
    const lost = { kernel: 5, sampledOut: 0, truncated: 0, evicted: 0, mapFull: '18446744073709551615', readFailed: 3 };
    const text = renderAnswerSheet(
      sheet([
        node({}),
        node({ name: 'b\u001b', state: 'partial', produced: 1500, lost, overhead: null, reason: 'its map was\nfull' }),
      ]),
      plain,
      undefined,
    );
    expect(text).toBe(`Answer: 2 targets = 1 complete + 1 partial
NODE   ARCH   KERNEL  STATE     PRODUCED  STORED  OVERHEAD  LOST
a      arm64  6.1.0   complete        10      10     0.20%  nothing
b\\x1b  arm64  6.1.0   partial      1,500      10         -  5 in kernel, 18,446,744,073,709,551,615 map full, 3 not readable
b\\x1b: its map was\nfull
`);
  });

  test('of a large fleet shows those that are not complete, up to a bound', () => {
    const nodes = Array.from({ length: 100 }, (_, i) =>
      node({ name: `n${i}`, state: i < 30 ? 'complete' : 'offline', reason: 'offline' }),
    );
    const text = renderAnswerSheet(sheet(nodes), plain, undefined);
    expect(text).toContain('100 targets = 30 complete + 70 offline');
    expect(text).not.toContain('n0 ');
    expect(text).toContain('n79');
    expect(text).not.toContain('n80');
    expect(text).toContain('... and 20 more that are not complete');
  });
});

const entry = (key: ResultEntry['key'], value: number, rest: Partial<ResultEntry> = {}): ResultEntry => ({
  key,
  value,
  nodes: 2,
  ...rest,
});

describe('result maps', () => {
  const counts: ResultMap = {
    name: '@opens',
    kind: 'count',
    key: ['string', 'int'],
    entries: [entry(['a\n', 1], 1), entry(['bash', 22], 12345)],
  };

  test('a table with a column a key part', () => {
    expect(renderResultMap(counts, { paint: plain, width: undefined, top: 0 })).toBe(`@opens (count)
KEY 1  KEY 2   VALUE  NODES
a\\n        1       1      2
bash      22  12,345      2
`);
  });

  test('stacks on one line behind what was measured, the innermost function first', () => {
    const frames = [
      { symbol: 'vfs_read', module: '', offset: 17 },
      { symbol: 'entry', module: '', offset: 0 },
    ];
    const map: ResultMap = { name: '@k', kind: 'count', key: ['stack'], entries: [entry([frames], 7)] };
    expect(renderResultMap(map, { paint: plain, width: undefined, top: 0 })).toBe(`@k (count)
VALUE  NODES  KEY
    7      2  vfs_read+17 < entry+0
`);
    expect(renderCsv([map])).toContain('@k,count,,vfs_read+17 < entry+0,7,');
  });

  test('kernel and user stacks share the last column', () => {
    const frame = (symbol: string) => [{ symbol, module: '', offset: 0 }];
    const entries = [entry([[], 'sh', frame('main')], 1), entry([frame('schedule'), 'kworker', []], 2)];
    const map: ResultMap = { name: '@k', kind: 'count', key: ['stack', 'string', 'stack'], entries };
    expect(renderResultMap(map, { paint: plain, width: undefined, top: 0 })).toBe(`@k (count)
KEY 2    VALUE  NODES  KEY 1 -- KEY 3
sh           1      2  -- main+0
kworker      2      2  schedule+0 --
`);
  });

  test('the largest ones, with a word on the rest', () => {
    expect(renderResultMap(counts, { paint: plain, width: undefined, top: 1 })).toBe(`@opens (count)
... 1 smaller one left out, 1 together; --top 0 shows all
KEY 1  KEY 2   VALUE  NODES
bash      22  12,345      2
`);
  });

  test('of stats the totals of the rest', () => {
    const stats = (key: string, total: number) => ({ key: [key], count: 2, average: total / 2, total, nodes: 1 });
    const entries = [stats('a', 6), stats('b', 4), stats('c', 1000)];
    expect(
      renderResultMap(
        { name: '@s', kind: 'stats', key: ['string'], entries },
        { paint: plain, width: undefined, top: 1 },
      ),
    ).toContain('... 2 smaller ones left out, 10 together; --top 0 shows all\n');
  });

  test("a tool's, with the names of its keys and its unit", () => {
    const output = { map: '@opens', summary: 'Files opened', unit: 'calls', keys: ['comm', 'error'] };
    expect(renderResultMap(counts, { paint: plain, width: undefined, top: 1, output })).toMatch(
      /^@opens: Files opened \(count, calls\)\n.*\nCOMM +ERROR +CALLS +NODES\n/,
    );
  });

  test("an object's, with the names that its key's structure has", () => {
    const named = { ...counts, keyNames: ['', 'tgid'] };
    expect(renderResultMap(named, { paint: plain, width: undefined, top: 1 })).toMatch(/\nKEY 1 +TGID +VALUE +NODES\n/);
  });

  test('the largest ones of each group', () => {
    const entries = [1, 2, 3].flatMap((value) => ['x', 'y'].map((group) => entry([value], value, { group })));
    expect(topEntries(entries, 2).map(({ group, value }) => `${group}${value}`)).toEqual(['x2', 'x3', 'y2', 'y3']);
  });

  test('stats by node', () => {
    const map: ResultMap = {
      name: '@s',
      kind: 'stats',
      key: [],
      entries: [{ key: [], count: 3, average: 2, total: 6, nodes: 1, group: 'web-1' }],
    };
    expect(renderResultMap(map, { paint: plain, width: undefined, top: 0, groupTitle: 'NODE' })).toBe(`@s (stats)
NODE   COUNT  AVERAGE  TOTAL  NODES
web-1      3        2      6      1
`);
  });

  test('a histogram with its quantiles', () => {
    const buckets = [{ min: 1, max: 1, count: 9 }];
    const map: ResultMap = {
      name: '@us',
      kind: 'hist',
      key: ['string'],
      entries: [{ key: ['dd'], count: 9, buckets, p50: 1, p90: 1, p99: 1, nodes: 1 }],
    };
    expect(renderResultMap(map, { paint: plain, width: 80, top: 0 })).toBe(`@us (hist)
@us[dd]: 9 values, 1 node, p50 1, p90 1, p99 1
[1]                    9 ${bar(52)}
`);
  });
});

describe('documentHistogram', () => {
  test.each<[string, string, NonNullable<ResultEntry['buckets']>, string[]]>([
    ['nothing', 'hist', [], []],
    [
      'gaps',
      'hist',
      [
        { min: 1, max: 1, count: 1 },
        { min: 4, max: 7, count: 2 },
      ],
      ['[1]', '[2, 4)', '[4, 8)'],
    ],
    [
      'negative values',
      'hist',
      [
        { min: null, max: -1, count: 1 },
        { min: 1, max: 1, count: 1 },
      ],
      ['(..., 0)', '[0]', '[1]'],
    ],
    [
      'single values of a fine cut',
      'hist',
      [
        { min: 6, max: 6, count: 1 },
        { min: 8, max: 8, count: 1 },
      ],
      ['[6]', '[7]', '[8]'],
    ],
    [
      'a fine cut',
      'hist',
      [
        { min: 10, max: 11, count: 1 },
        { min: 14, max: 15, count: 1 },
      ],
      ['[10, 12)', '[12, 14)', '[14, 16)'],
    ],
    ['large bounds', 'hist', [{ min: '9223372036854775808', max: '18446744073709551615', count: 1 }], ['[8E, 16E)']],
    [
      'lhist',
      'lhist',
      [
        { min: 10, max: 19, count: 1 },
        { min: 30, max: 39, count: 1 },
      ],
      ['[10, 20)', '[20, 30)', '[30, 40)'],
    ],
    [
      'both overflows',
      'lhist',
      [
        { min: null, max: -1, count: 1 },
        { min: 5, max: 9, count: 1 },
        { min: 10, max: null, count: 1 },
      ],
      ['(..., 0)', '[0, 5)', '[5, 10)', '[10, ...)'],
    ],
    ['overflow alone', 'lhist', [{ min: 10, max: null, count: 1 }], ['[10, ...)']],
    ['underflow alone', 'lhist', [{ min: null, max: 4, count: 1 }], ['(..., 5)']],
  ])('%s', (_, kind, buckets, labels) => {
    const lines = documentHistogram(kind, buckets).split('\n').slice(0, -1);
    expect(lines.map((line) => line.slice(0, 16).trim())).toEqual(labels);
  });
});

test('csv has a row a bucket and quotes what needs it', () => {
  const maps: ResultMap[] = [
    { name: '@c', kind: 'count', key: ['string'], entries: [entry(['a,"b"\n'], 5, { group: 'n1' })] },
    {
      name: '@h',
      kind: 'hist',
      key: [],
      entries: [
        {
          key: [],
          count: 3,
          buckets: [
            { min: null, max: -1, count: 1 },
            { min: 1, max: 1, count: 2 },
          ],
          p50: 1,
          p90: 1,
          p99: 1,
          nodes: 1,
        },
      ],
    },
  ];
  expect(renderCsv(maps)).toBe(
    [
      'map,kind,group,key1,value,count,total,average,p50,p90,p99,bucket_min,bucket_max,bucket_count,nodes',
      '@c,count,n1,"a,""b""\n",5,,,,,,,,,,2',
      '@h,hist,,,,3,,,1,1,1,,-1,1,1',
      '@h,hist,,,,3,,,1,1,1,1,1,2,1',
      '',
    ].join('\r\n'),
  );
});

test('a check: nodes that answer alike share a line', () => {
  const node: NodeCheck = { node: 'a', arch: 'arm64', kernel: '6.1.0', answer: 'loads', reason: null, diagnostics: [] };
  const refused: NodeCheck = {
    ...node,
    node: 'c',
    kernel: '5.10.0',
    answer: 'refused',
    reason: 'no \u001b[2J ring buffer\nBEGIN { }\n~~~~~',
  };
  expect(checkTable([node, { ...node, node: 'b' }, refused], { paint: plain, columns: undefined })).toBe(
    'KERNEL  ARCH   NODES  ANSWER   REASON\n' +
      '6.1.0   arm64      2  loads    -\n' +
      '5.10.0  arm64      1  refused  no \\x1b[2J ring buffer\n',
  );
});
