import { appendFileSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';

/** Ends a run with every skipped test and its reason, and one plain line of counts. */
export default class ClosingReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    const counts = { passed: 0, failed: unhandled.length, skipped: 0 };
    const skipped: string[] = [];
    for (const module of modules) {
      if (module.state() === 'failed' && module.errors().length > 0) counts.failed++;
      for (const test of module.children.allTests()) {
        const result = test.result();
        if (result.state === 'pending') continue;
        counts[result.state]++;
        if (result.state === 'skipped') skipped.push(`${test.fullName}: ${result.note ?? 'no reason given'}`);
      }
    }
    // Where several runs are counted together.
    const file = process.env['BPFLEET_COUNTS'];
    if (file) appendFileSync(file, `${JSON.stringify(counts)}\n`);
    const lines = skipped.map((text) => `  skipped  ${text}`);
    process.stdout.write(
      [...lines, `${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`, ''].join('\n'),
    );
  }
}
