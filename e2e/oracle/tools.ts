import { resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');

/** Compiled programs, packages and answers: git ignores it, and it may be removed at any time. */
export const oracleState = resolve(root, '.state/oracle');

/** A command line that understands bpftrace's options. */
export interface Tool {
  readonly name: 'bpftrace' | 'bpfleet local';
  readonly command: readonly [string, ...string[]];
}

export const bpfleetLocal: Tool = { name: 'bpfleet local', command: [resolve(root, 'bpfleet'), 'local'] };

/** The same for both tools on every machine: no settings of bpftrace that the shell happens to have. */
export function bpftraceEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('BPFTRACE_'));
  return { ...Object.fromEntries(kept), LC_ALL: 'C', TZ: 'UTC' };
}
