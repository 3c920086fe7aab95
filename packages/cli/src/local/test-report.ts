import { stringJson } from '@bpfleet/aggregate';
import type { BenchRun, TestRun } from '@bpfleet/tracer';

const GREEN = '\x1b[32m';
const RED = '\x1b[31m';
const PLAIN = '\x1b[0m';

/** How the results of `--test` and `--bench` are written: as bpftrace 0.27 does. */
export interface TestReport {
  start(tests: number): string;
  before(name: string): string;
  /** `printed`: what the test itself printed. */
  after(run: TestRun, printed: string): string;
  end(runs: readonly TestRun[]): string;
  benches(runs: readonly BenchRun[]): string;
}

export const textReport: TestReport = {
  start: (tests) => `${mark('==========')} Running ${tests} tests.\n`,
  before: (name) => `${mark(' RUN      ')} ${name}\n`,
  after({ name, passed, microseconds }, printed) {
    return `${printed}${passed ? mark('       OK ') : mark('  FAILED  ', RED)} ${name} (${microseconds} µs)\n`;
  },
  end(runs) {
    const failed = runs.filter(({ passed }) => !passed);
    const passed = runs.length - failed.length;
    return [
      `${mark('==========')} ${tests(runs.length)} ran.`,
      ...(passed > 0 || failed.length === 0 ? [`${mark('  PASSED  ')} ${tests(passed)}.`] : []),
      ...(failed.length > 0 ? [`${mark('  FAILED  ', RED)} ${tests(failed.length)}, listed below:`] : []),
      ...failed.map(({ name }) => `${mark('  FAILED  ', RED)} ${name}`),
      '\n\n',
    ].join('\n');
  },
  benches(runs) {
    const row = (name: string, time: string, count: string) => `${name.padEnd(41)}${time.padEnd(15)}${count}\n`;
    const rows = runs.map(({ name, nanoseconds, iterations }) => row(name, `${nanoseconds}`, `${iterations}`));
    return `${row('Benchmark', 'Time(ns)', 'Iterations')}${'-'.repeat(66)}\n${rows.join('')}\n\n`;
  },
};

export const jsonReport: TestReport = {
  start: () => '',
  before: () => '',
  after: ({ name, passed, microseconds }, printed) =>
    `{"type": "test_result", "data": {${stringJson(name)}: {"duration": ${microseconds * 1000}, "passed": ${passed}, "output": ${stringJson(printed)}}}}\n`,
  end: () => '',
  benches: (runs) =>
    runs
      .map(
        ({ name, nanoseconds, iterations }) =>
          `{"type": "benchmark_result", "data": {${stringJson(name)}: {"average": ${nanoseconds}, "iters": ${iterations}}}}\n`,
      )
      .join(''),
};

function mark(text: string, colour = GREEN): string {
  return `${colour}[${text}]${PLAIN}`;
}

function tests(count: number): string {
  return `${count} ${count === 1 ? 'test' : 'tests'}`;
}
