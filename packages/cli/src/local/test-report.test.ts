import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { jsonReport, textReport } from './test-report.ts';

/** Texts are what bpftrace 0.27.1 printed. */
const plain = (text: string) => stripVTControlCharacters(text);
const foo = { name: 'foo', passed: true, microseconds: 12 };
const bar = { name: 'bar', passed: false, microseconds: 3 };

test('tests, as text', () => {
  const text = [
    textReport.start(2),
    textReport.before('foo'),
    textReport.after(foo, ''),
    textReport.before('bar'),
    textReport.after(bar, 'x\n'),
    textReport.end([foo, bar]),
  ].join('');
  expect(plain(text)).toBe(`[==========] Running 2 tests.
[ RUN      ] foo
[       OK ] foo (12 µs)
[ RUN      ] bar
x
[  FAILED  ] bar (3 µs)
[==========] 2 tests ran.
[  PASSED  ] 1 test.
[  FAILED  ] 1 test, listed below:
[  FAILED  ] bar


`);
});

test('tests, as JSON', () => {
  expect(jsonReport.after(bar, 'hi\n')).toBe(
    '{"type": "test_result", "data": {"bar": {"duration": 3000, "passed": false, "output": "hi\\n"}}}\n',
  );
});

test('benchmarks', () => {
  const runs = [{ name: 'foo', nanoseconds: 132, iterations: 8000 }];
  expect(textReport.benches(runs)).toBe(`Benchmark                                Time(ns)       Iterations
------------------------------------------------------------------
foo                                      132            8000


`);
  expect(jsonReport.benches(runs)).toBe(
    '{"type": "benchmark_result", "data": {"foo": {"average": 132, "iters": 8000}}}\n',
  );
});
