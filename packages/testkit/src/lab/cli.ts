import { spawn } from 'node:child_process';
import { resolve } from 'node:path';

/** The built command line, as ./bpfleet starts it. */
export const cliMain = resolve(import.meta.dirname, '../../../cli/dist/main.js');

/** The launcher, which becomes the process that it starts: a controller gets flags of Node from it. */
export const bpfleet = resolve(import.meta.dirname, '../../../../bpfleet');

export interface CliResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one bpfleet command to its end. */
export function runCli(args: readonly string[], env: NodeJS.ProcessEnv): Promise<CliResult> {
  return new Promise((done, reject) => {
    const child = spawn(process.execPath, [cliMain, ...args], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => (stdout += chunk));
    child.stderr.on('data', (chunk) => (stderr += chunk));
    child.on('error', reject);
    child.on('close', (code) => done({ code: code ?? 1, stdout, stderr }));
  });
}
