import { expect, test } from 'vitest';
import { leftOut, leftOutTexts } from './choose-programs.ts';

const programs = (...sections: string[]) =>
  sections.map((section, index) => ({ name: `p${index}`, section, loads: true }));
const kernel = (...features: string[]) => ({
  hasFeature: (name: string) => features.includes(name),
  missing: (section: string) => (section.endsWith('/gone') ? 'this kernel has no function gone' : null),
});
const out = (...given: Parameters<typeof leftOut>) => leftOut(...given).map(({ index }) => index);

test.each([
  ['fentry is there', ['fentry'], [1]],
  ['fentry is not there', [], [0]],
])('of two programs that do the same one runs: %s', (_name, features, expected) => {
  expect(out(programs('fentry/f', 'kprobe/f', 'kprobe/g'), {}, kernel(...features))).toEqual(expected);
});

test('events with types and without', () => {
  expect(out(programs('raw_tp/e', 'tp_btf/e', 'raw_tp/other'), {}, kernel('tp_btf'))).toEqual([0]);
  expect(out(programs('raw_tracepoint/e', 'tp_btf/e'), {}, kernel())).toEqual([1]);
});

test.each<[string, readonly string[], number[]]>([
  ['the typed place is missing', ['fentry/f'], [0]],
  ['the plain one is missing', ['kprobe/f'], [1]],
  ['both are, and both are told', ['fentry/f', 'kprobe/f'], []],
])('the one runs whose place this kernel has: %s', (_name, absent, expected) => {
  const places = { ...kernel('fentry'), missing: (section: string) => (absent.includes(section) ? 'absent' : null) };
  expect(out(programs('fentry/f', 'kprobe/f'), {}, places)).toEqual(expected);
  expect(out(programs('kprobe/f', 'fentry/f'), {}, places)).toEqual(expected.map((index) => 1 - index));
});

test('why a typed one does not run is told with its twin', () => {
  const places = {
    ...kernel('fentry'),
    missing: (section: string) => (section === 'fentry/f' ? 'no room in f' : null),
  };
  const both = programs('fentry/f', 'kprobe/f');
  expect(leftOutTexts(both, leftOut(both, {}, places))).toEqual([
    'program "p0" is left out: no room in f; it does the same as program "p1" (kprobe/f), which runs here',
  ]);
});

test('both run where a manifest says so, and one where the other is not loaded', () => {
  const both = programs('fentry/f', 'kprobe/f');
  expect(out(both, { programs: { p0: { load: true }, p1: { load: true } } }, kernel('fentry'))).toEqual([]);
  expect(out([{ ...both[0], loads: false } as (typeof both)[0], ...both.slice(1)], {}, kernel('fentry'))).toEqual([]);
});

test('what is optional is left out where its place is missing', () => {
  const settings = { programs: { p0: { optional: true }, p1: { optional: true, attach: 'kprobe/gone' } } };
  expect(leftOut(programs('kprobe/gone', 'kprobe/f', 'kprobe/gone'), settings, kernel())).toEqual([
    { index: 0, reason: 'this kernel has no function gone' },
    { index: 1, reason: 'this kernel has no function gone' },
  ]);
});

test('what is said of all others holds for those that are not named', () => {
  const settings = { programs: { '*': { optional: true }, p2: { optional: false } } };
  expect(out(programs('kprobe/gone', 'kprobe/f', 'kprobe/gone'), settings, kernel())).toEqual([0]);
});

test('one that cannot run here is nobody to leave another out for', () => {
  const missing = (section: string) => (section.startsWith('fentry/') ? 'the types do not have f' : null);
  const found = leftOut(
    programs('fentry/f', 'kprobe/f'),
    { programs: { '*': { optional: true } } },
    {
      ...kernel('fentry'),
      missing,
    },
  );
  expect(found).toEqual([{ index: 0, reason: 'the types do not have f' }]);
});

test.each<[string, readonly string[], readonly string[]]>([
  [
    'one is told with its reason',
    ['fentry/f', 'kprobe/f', 'kprobe/gone'],
    [
      'program "p2" is left out: this kernel has no function gone',
      'program "p1" is left out: it does the same as program "p0" (fentry/f), which runs here',
    ],
  ],
  [
    'several that have a twin are told together',
    ['fentry/f', 'kprobe/f', 'kprobe/gone', 'fexit/f', 'kretprobe/f'],
    [
      '2 programs are left out for others that do the same, which run here: p1 (p0), p4 (p3)',
      'program "p2" is left out: this kernel has no function gone',
    ],
  ],
  [
    'those of one reason are told together',
    ['kprobe/gone', 'kprobe/f', 'kretprobe/gone'],
    ['programs "p0", "p2" are left out: this kernel has no function gone'],
  ],
])('%s', (_name, sections, texts) => {
  const all = programs(...sections);
  const settings = { programs: { '*': { optional: true } } };
  expect(leftOutTexts(all, leftOut(all, settings, kernel('fentry')))).toEqual(texts);
});
