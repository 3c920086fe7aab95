import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadTrace, TraceError } from '@bpfleet/tracer';
import { lacking } from './lacking.ts';
import { saidOf } from './language.ts';
import type { Verdict } from './verdict.ts';

/** How long a tool is attached: some milliseconds, in which its probes fire and its output is read. */
const ATTACHED_MS = 200;

/** Compiles, loads, attaches and ends each of the scripts of a folder in this kernel. */
export async function* tools(folder: string): AsyncGenerator<Verdict> {
  const files = readdirSync(folder).filter((file) => file.endsWith('.bt'));
  for (const name of files.sort()) {
    yield { name, ...(await verdictOf(name, readFileSync(join(folder, name), 'utf8'))) };
  }
}

async function verdictOf(name: string, source: string): Promise<Omit<Verdict, 'name'>> {
  try {
    const trace = await loadTrace({ kind: 'script', name, source, allow: { unsafe: true, readFiles: true } });
    try {
      trace.attach();
      await sleep(ATTACHED_MS);
      trace.drain();
      trace.detach();
      trace.readMaps();
      if (trace.hasProbes) return { state: 'pass' };
      return { state: 'skipped', reason: 'it leaves out the probes that are not here, and that is all of them' };
    } finally {
      trace.close();
    }
  } catch (error) {
    const reason = error instanceof TraceError ? lacking(error, source) : null;
    return reason === null ? { state: 'fail', reason: saidOf(error) } : { state: 'skipped', reason };
  }
}
