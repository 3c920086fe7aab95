import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { seed, seedEnvironment } from '@bpfleet/testkit';
import { checks } from './checks.ts';

const root = resolve(import.meta.dirname, '../..');
const { args, environment } = seeded(process.argv.slice(2));

if (args.includes('--help')) {
  console.log(`npm test                  every check and test this host can run
npm test -- --unit        the pure tests only: seconds, no root
npm test -- --checks      formatting, types, import rule, dead code, protos
npm test -- PATTERN ...   the tests of files whose path contains PATTERN
npm test -- --seed N      random inputs from another seed than 1; "fresh": from one that nobody chose`);
  process.exit(0);
}

const unitOnly = args.includes('--unit');
const checksOnly = args.includes('--checks');
const patterns = args.filter((arg) => !arg.startsWith('--'));
const unknown = args.filter((arg) => arg.startsWith('--') && !['--unit', '--checks'].includes(arg));
if (unknown.length > 0) {
  console.error(`npm test: unknown option ${unknown.join(', ')}; see npm test -- --help`);
  process.exit(4);
}

const countsFile = resolve(root, '.state/test-counts.jsonl');
mkdirSync(resolve(countsFile, '..'), { recursive: true });
rmSync(countsFile, { force: true });

const checked: Counts = unitOnly || patterns.length > 0 ? nothing() : await runChecks();
let failed = checked.failed > 0;
if (!checksOnly) {
  const projects = unitOnly ? ['--project', 'unit'] : [];
  const status = await run('node_modules/.bin/vitest', ['run', ...projects, ...patterns], 'inherit');
  failed ||= status.code !== 0;
  if (!unitOnly && patterns.length === 0) {
    console.log('\nvirtual fleet: an arm64 and an x86-64 guest, and this host');
    const fleet = await run(process.execPath, ['e2e/fleet/main.ts', 'fleet'], 'inherit');
    failed ||= fleet.code !== 0;
  }
  console.log(totals(checked));
}
process.exit(failed ? 1 : 0);

/** Runs every check, two at a time, and prints what the failed ones said. */
async function runChecks(): Promise<Counts> {
  const queue = [...checks];
  const failures: string[] = [];
  const worker = async () => {
    for (let check = queue.shift(); check; check = queue.shift()) {
      const start = performance.now();
      const { code, output } = await run(`node_modules/.bin/${check.command[0]}`, check.command.slice(1), 'pipe');
      const seconds = ((performance.now() - start) / 1000).toFixed(1);
      console.log(`check: ${check.name} ${code === 0 ? 'ok' : 'FAILED'} (${seconds} s)`);
      if (code !== 0) {
        console.log(output);
        failures.push(`check: ${check.name}: it is said above why`);
      }
    }
  };
  await Promise.all([worker(), worker()]);
  return { passed: checks.length - failures.length, failed: failures.length, skipped: 0, failures };
}

interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly failures: readonly string[];
}

function nothing(): Counts {
  return { passed: 0, failed: 0, skipped: 0, failures: [] };
}

/** What the checks and the runs counted, added up, under what failed in all of them. */
function totals(checked: Counts): string {
  // A run that broke off has written nothing, and has failed as well.
  const text = existsSync(countsFile) ? readFileSync(countsFile, 'utf8') : '';
  const lines = text.split('\n').filter((line) => line !== '');
  const counts = [checked, ...lines.map((line) => JSON.parse(line) as Counts)];
  const sum = (key: 'passed' | 'failed' | 'skipped') => counts.reduce((total, count) => total + count[key], 0);
  const failures = counts.flatMap((each) => each.failures).map((failure) => `  failed  ${failure}`);
  const total = `total: ${sum('passed')} passed, ${sum('failed')} failed, ${sum('skipped')} skipped`;
  return [...failures, `${total}; random inputs from seed ${environment['BPFLEET_SEED'] ?? seed()}`].join('\n');
}

/** Takes `--seed` out of the arguments. */
function seeded(all: readonly string[]): { args: string[]; environment: Record<string, string> } {
  const at = all.indexOf('--seed');
  if (at < 0) return { args: [...all], environment: {} };
  try {
    return { args: all.toSpliced(at, 2), environment: seedEnvironment(all[at + 1] ?? '') };
  } catch (error) {
    console.error(`npm test: ${(error as Error).message}; see npm test -- --help`);
    process.exit(4);
  }
}

function run(command: string, argv: string[], stdio: 'inherit' | 'pipe'): Promise<{ code: number; output: string }> {
  return new Promise((done, reject) => {
    const child = spawn(resolve(root, command), argv, {
      cwd: root,
      stdio: stdio === 'inherit' ? 'inherit' : ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        ...environment,
        BPFLEET_COUNTS: countsFile,
        PATH: `${resolve(process.execPath, '..')}:${process.env['PATH']}`,
      },
    });
    let output = '';
    child.stdout?.on('data', (chunk) => (output += chunk));
    child.stderr?.on('data', (chunk) => (output += chunk));
    child.on('error', reject);
    child.on('close', (code) => done({ code: code ?? 1, output }));
  });
}
