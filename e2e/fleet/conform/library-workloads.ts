import { join } from 'node:path';
import { loadCase, loadLibrary, type Tool } from '@bpfleet/tools';
import { runToolCase } from '@bpfleet/tracer/testing';
import { saidOf } from './language.ts';
import { attachedVerdict } from './library.ts';
import type { Verdict } from './verdict.ts';

/** Holds each tool of a library against its case's workload in this kernel. Where the workload cannot run, the tool is attached. */
export async function* workloads(folder: string): AsyncGenerator<Verdict> {
  for (const [name, tool] of loadLibrary([folder]).tools) {
    yield { name, ...(await verdictOf(tool, join(folder, name))) };
  }
}

async function verdictOf(tool: Tool, folder: string): Promise<Omit<Verdict, 'name'>> {
  try {
    const one = loadCase(folder, tool.manifest);
    const end = await runToolCase(tool, one);
    if ('wrong' in end && end.wrong.length > 0) return { state: 'fail', reason: end.wrong.join('; ') };
    const unproved = 'skipped' in end ? end.skipped : one.attached;
    if (unproved === undefined) return { state: 'pass' };
    const attached = 'skipped' in end ? await attachedVerdict(tool, one) : { state: 'pass' as const };
    return attached.state === 'pass' ? { state: 'skipped', reason: `attached, but not proved: ${unproved}` } : attached;
  } catch (error) {
    return { state: 'fail', reason: saidOf(error) };
  }
}
