import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TraceError } from '@bpfleet/tracer';
import { parseScriptCases, runScriptCase, type ScriptCase } from '@bpfleet/tracer/testing';
import { lacking } from './lacking.ts';
import type { Verdict } from './verdict.ts';

/** Runs the language's case files of a folder in this kernel. */
export async function* language(folder: string): AsyncGenerator<Verdict> {
  for (const file of readdirSync(folder).sort()) {
    for (const one of parseScriptCases(readFileSync(join(folder, file), 'utf8'))) {
      const name = `${file.replace('.txt', '')}: ${one.title}`;
      yield { name, ...(await verdictOf(one)) };
    }
  }
}

async function verdictOf(one: ScriptCase): Promise<Omit<Verdict, 'name'>> {
  try {
    const { printed, left } = await runScriptCase(one);
    if (printed === one.output) return { state: 'pass' };
    const note = left > 0n ? `; the kernel left out ${left} runs` : '';
    return { state: 'fail', reason: `it printed ${JSON.stringify(printed)}${note}` };
  } catch (error) {
    const reason = error instanceof TraceError ? lacking(error, one.program) : null;
    return reason === null ? { state: 'fail', reason: saidOf(error) } : { state: 'skipped', reason };
  }
}

/** An error and the end of the verifier's log. */
export function saidOf(error: unknown): string {
  const log = error instanceof TraceError ? error.verifierLog.trimEnd().split('\n').slice(-8).join('\n') : '';
  return `${error instanceof Error ? error.message : String(error)}${log === '' ? '' : `\n${log}`}`;
}
