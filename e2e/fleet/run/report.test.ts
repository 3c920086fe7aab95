import { expect, test } from 'vitest';
import { junit } from './junit.ts';
import { matrix } from './matrix.ts';
import { neverRun } from './never-run.ts';
import type { Outcome } from './outcome.ts';

const outcomes: Outcome[] = [
  { node: 'arm64-6.1', name: 'count', state: 'pass', seconds: 1.5 },
  { node: 'host', name: 'count', state: 'fail', reason: 'made 5 <of> "6"\n\u0007', seconds: 0.5 },
  { node: 'arm64-6.1', name: 'fentry', state: 'skipped', reason: 'needs fentry', seconds: 0 },
  { node: 'host', name: 'fentry', state: 'skipped', reason: 'needs fentry', seconds: 0 },
];

test('the matrix', () => {
  expect(matrix(outcomes.slice(0, 1).concat(outcomes.slice(2)))).toBe(`case    arm64-6.1  host
count   pass       -
fentry  skipped    skipped
  skipped  fentry on arm64-6.1, host: needs fentry
1 passed, 0 failed, 2 skipped
`);
});

test('JUnit', () => {
  expect(junit(outcomes)).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="virtual fleet">
  <testsuite name="arm64-6.1" tests="2" failures="0" skipped="1" time="1.50">
    <testcase classname="arm64-6.1" name="count" time="1.50"/>
    <testcase classname="arm64-6.1" name="fentry" time="0.00"><skipped message="needs fentry"/></testcase>
  </testsuite>
  <testsuite name="host" tests="2" failures="1" skipped="1" time="0.50">
    <testcase classname="host" name="count" time="0.50"><failure message="made 5 &lt;of&gt; &quot;6&quot;&#10;?"/></testcase>
    <testcase classname="host" name="fentry" time="0.00"><skipped message="needs fentry"/></testcase>
  </testsuite>
</testsuites>
`);
});

test('what every node skips is a failure', () => {
  expect(neverRun(outcomes)).toEqual([
    { node: 'fleet', name: 'fentry', state: 'fail', reason: 'every node skips it: nothing runs it', seconds: 0 },
  ]);
  const fails: Outcome = { node: 'x86-64-5.10', name: 'fentry', state: 'fail', reason: 'wrong', seconds: 1 };
  expect(neverRun([...outcomes, fails])).toEqual([]);
});
