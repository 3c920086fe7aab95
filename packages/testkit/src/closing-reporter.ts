import { appendFileSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';

/** Ends a run with every skipped test and its reason, every failed one and its error, and one plain line of counts. */
export default class ClosingReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    const counts = { passed: 0, failed: unhandled.length, skipped: 0 };
    const skipped: string[] = [];
    const failures = unhandled.map((error) => `outside of tests: ${messageOf(error)}`);
    for (const module of modules) {
      if (module.state() === 'failed' && module.errors().length > 0) {
        counts.failed++;
        failures.push(`${module.relativeModuleId}: ${messageOf(module.errors()[0])}`);
      }
      for (const test of module.children.allTests()) {
        const result = test.result();
        if (result.state === 'pending') continue;
        counts[result.state]++;
        if (result.state === 'skipped') skipped.push(`${test.fullName}: ${result.note ?? 'no reason given'}`);
        if (result.state === 'failed')
          failures.push(`${module.relativeModuleId}: ${test.fullName}: ${messageOf(result.errors[0])}`);
      }
    }
    // Where several runs are counted together.
    const file = process.env.BPFLEET_COUNTS;
    if (file) appendFileSync(file, `${JSON.stringify({ ...counts, failures })}\n`);
    const lines = [...skipped.map((text) => `  skipped  ${text}`), ...failures.map((text) => `  failed  ${text}`)];
    process.stdout.write(
      [...lines, `${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`, ''].join('\n'),
    );
  }
}

/** The start of what an error says: the whole of it stands where it happened. */
function messageOf(error: unknown): string {
  const text = (error as Error | undefined)?.message ?? String(error);
  return text.length > 1_000 ? `${text.slice(0, 1_000)} ...` : text;
}
