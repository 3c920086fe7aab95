import type { Trace, TraceEvent } from '@bpfleet/tracer';
import type { LocalOptions } from './local-options.ts';
import { jsonReport, type TestReport, textReport } from './test-report.ts';
import type { TextSink } from './trace-output.ts';

/** What is run instead of tracing: the script's tests or benchmarks; null where it is traced. */
export function ownRuns({ given: { test, bench, mode } }: LocalOptions): 'test' | 'bench' | null {
  if (test === true || mode === 'test') return 'test';
  return bench === true || mode === 'bench' ? 'bench' : null;
}

/** Runs the tests or benchmarks of a loaded script and writes how they went. Gives the status: 1 where a test failed. */
export function runOwn(trace: Trace, kind: 'test' | 'bench', json: boolean, out: TextSink): number {
  const report: TestReport = json ? jsonReport : textReport;
  if (kind === 'bench') {
    out.write(report.benches(trace.runBenches?.() ?? []));
    return 0;
  }
  const runs =
    trace.runTests?.({
      start: (tests) => out.write(report.start(tests)),
      before: (name) => out.write(report.before(name)),
      after: (run) => out.write(report.after(run, printed(trace.drain()))),
    }) ?? [];
  out.write(report.end(runs));
  return runs.every(({ passed }) => passed) ? 0 : 1;
}

function printed(events: readonly TraceEvent[]): string {
  return events.map(({ text }) => text).join('');
}
