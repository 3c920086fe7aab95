import { version } from '../version.ts';
import { localMain } from './local-main.ts';

/** `bpfleet local WORDS` as this process. Everything is written by then, so that nothing is left to wait for. */
export async function runLocalProcess(words: readonly string[]): Promise<never> {
  process.exit(await localMain(words, version()));
}
