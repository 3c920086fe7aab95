// `npm run e2e -- oracle`: scripts on Debian's bpftrace and on `bpfleet local`, and what differs.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Answers } from './answers.ts';
import { bpftrace } from './bpftrace.ts';
import { type OracleCase, parseCaseFile } from './case-file.ts';
import { type Comparison, compare } from './compare.ts';
import { compileTarget } from './compile.ts';
import { OracleError } from './oracle-error.ts';
import { report, table } from './report.ts';
import { runCase } from './run-case.ts';
import { bpfleetLocal } from './tools.ts';

const help = `npm run e2e -- oracle                    every case on Debian's bpftrace and on ./bpfleet local
npm run e2e -- oracle --filter WORD      cases whose group or title contains it
npm run e2e -- oracle --report FILE      what differs, case by case, in a file as well
npm run e2e -- oracle --fresh            asks bpftrace again what it has answered before`;

const cases = resolve(import.meta.dirname, 'cases');

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof OracleError)) throw error;
  console.error(`oracle: ${error.message}`);
  process.exitCode = 3;
}

/** Status 1 where something differs that is not meant. */
async function main(args: string[]): Promise<number> {
  const { filter, report: file, fresh, help: wanted } = options(args);
  if (wanted) {
    console.log(help);
    return 0;
  }
  const chosen = readCases().filter(({ group, title }) => !filter || `${group}: ${title}`.includes(filter));
  if (chosen.length === 0) throw new OracleError(`No case has "${filter}" in its group or title.`);
  const [theirs, target] = [await bpftrace(), await compileTarget()];
  const answers = new Answers(theirs.version, target, fresh ?? false);
  const comparisons: Comparison[] = [];
  const start = performance.now();
  try {
    // One after the other: they probe one program, and some count what the whole machine does.
    for (const test of chosen) {
      const expected = await answers.of(test, () => runCase(theirs.tool, test, target));
      const comparison = compare(test, expected, await runCase(bpfleetLocal, test, target));
      comparisons.push(comparison);
      if (comparisons.length % 20 === 0) answers.save();
      if (comparison.verdict !== 'same') console.log(`${comparison.verdict}: ${test.group}: ${test.title}`);
    }
  } finally {
    answers.save();
  }
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  const about = `${comparisons.length} scripts on ${theirs.version} and on bpfleet local, in ${seconds} s\n`;
  console.log(`\n${about}\n${table(comparisons)}`);
  if (file) writeFileSync(resolve(process.env['INIT_CWD'] ?? '.', file), report(comparisons, about));
  else if (comparisons.length < 20) console.log(report(comparisons, about));
  return comparisons.every(({ verdict }) => verdict === 'same' || verdict === 'meant') ? 0 : 1;
}

function readCases(): OracleCase[] {
  return readdirSync(cases)
    .filter((file) => file.endsWith('.txt'))
    .sort()
    .flatMap((file) => parseCaseFile(basename(file, '.txt'), readFileSync(join(cases, file), 'utf8')));
}

function options(args: string[]) {
  try {
    const { values } = parseArgs({
      args,
      options: {
        filter: { type: 'string' },
        report: { type: 'string' },
        fresh: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    });
    return values;
  } catch (error) {
    throw new OracleError(`${(error as Error).message}\n${help}`);
  }
}
