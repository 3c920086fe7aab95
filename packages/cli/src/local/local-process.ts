import { writeFileSync } from 'node:fs';
import { version } from '../version.ts';
import { localMain } from './local-main.ts';

/** `bpfleet local WORDS` as this process. Everything is written by then, so that nothing is left to wait for. */
export async function runLocalProcess(words: readonly string[]): Promise<never> {
  nameOurselves();
  process.exit(await localMain(words, version()));
}

/**
 * `comm` is that of the thread which runs BEGIN and END; Node's is `MainThread`. Scripts leave out whoever traces by the
 * name `bpftrace`, and so do those who interrupt it with pkill. The command line stays as it is, which `process.title` would
 * overwrite.
 */
function nameOurselves(): void {
  try {
    writeFileSync('/proc/self/comm', 'bpftrace');
  } catch {
    // It is no more than a name.
  }
}
