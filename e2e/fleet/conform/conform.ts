import { language } from './language.ts';
import { library } from './library.ts';
import { workloads } from './library-workloads.ts';
import { random } from './random.ts';
import { tools } from './tools.ts';
import type { ConformEnd } from './verdict.ts';

export const conformRuns = { language, library, workloads, tools, random };

/** Runs what a word says, over a folder of programs (of tools: those that are named), or so many of them from a seed on, and tells a verdict a line, as JSON; the last line tells how many. */
export async function conform([word, what = '', first = '']: readonly string[]): Promise<void> {
  const run = Object.entries(conformRuns).find(([name]) => name === word)?.[1];
  if (run === undefined) throw new Error(`conform: there is ${Object.keys(conformRuns).join(', ')}, not ${word}`);
  let told = 0;
  for await (const verdict of run(what, first)) {
    console.log(JSON.stringify(verdict));
    told++;
  }
  console.log(JSON.stringify({ told } satisfies ConformEnd));
}
