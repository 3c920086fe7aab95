import { expect, test } from 'vitest';
import { toolTable } from './tool-table.ts';

test('what is proved everywhere is named, the others have a row and what they lack', () => {
  const page = toolTable(
    new Map([
      [
        'arm64-6.1',
        [
          { name: 'runqlat', state: 'pass' },
          { name: 'biotop', state: 'pass' },
          { name: 'cpufreq', state: 'skipped', reason: 'attached, but not proved: No frequencies.' },
          { name: 'tcpdrop', state: 'pass' },
        ],
      ],
      [
        'x86-64-5.10',
        [
          { name: 'runqlat', state: 'pass' },
          { name: 'biotop', state: 'fail', reason: '@bytes: is 0\n@usecs: 4' },
          { name: 'cpufreq', state: 'skipped', reason: 'attached, but not proved: No frequencies.' },
          { name: 'tcpdrop', state: 'skipped', reason: 'needs reasons, since Linux 5.17' },
        ],
      ],
    ]),
  );
  expect(page.slice(page.indexOf('Proved in'))).toBe(`Proved in every guest (1 of 4): runqlat.

| tool | arm64-6.1 | x86-64-5.10 |
| --- | --- | --- |
| biotop | proved | **failed** |
| cpufreq | attached | attached |
| tcpdrop | proved | - |

- \`biotop\` (x86-64-5.10): @bytes: is 0
- \`cpufreq\` (arm64-6.1, x86-64-5.10): No frequencies.
- \`tcpdrop\` (x86-64-5.10): needs reasons, since Linux 5.17
`);
});
