import { spawnSync } from 'node:child_process';
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export const root = resolve(import.meta.dirname, '../..');

/** What a person must mend before set-up can go on: one sentence. */
export class SetupError extends Error {}

/** Says what is being done on stderr, does it, and says how long it took. stdout belongs to the task. */
export function step(what, action) {
  process.stderr.write(`set-up: ${what} ... `);
  const start = performance.now();
  try {
    action();
  } catch (error) {
    process.stderr.write('failed\n');
    throw error;
  }
  process.stderr.write(`${((performance.now() - start) / 1000).toFixed(1)} s\n`);
}

/** Runs a command quietly. Where it fails, its last lines and `advice` become the error. */
export function run(command, args, { advice = '', env = {}, cwd = root } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'bpfleet-setup-'));
  try {
    const log = join(folder, 'log');
    const output = openSync(log, 'w');
    const { status, error } = spawnSync(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', output, output],
    });
    if (status === 0) return;
    const said = error ? error.message : excerpt(readFileSync(log, 'utf8'));
    throw new SetupError(`"${command} ${args.join(' ')}" failed. ${advice}\n${said}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Package managers say the reason first and advice last: both ends of a long log. */
function excerpt(log) {
  const lines = log.trim().split('\n');
  return (lines.length > 40 ? [...lines.slice(0, 20), '...', ...lines.slice(-20)] : lines).join('\n');
}
