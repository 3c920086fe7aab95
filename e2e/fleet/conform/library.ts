import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { loadCase, loadTool, type Tool, type ToolCase } from '@bpfleet/tools';
import { runToolCase } from '@bpfleet/tracer/testing';
import { saidOf } from './language.ts';
import type { Verdict } from './verdict.ts';

/** Attaches each tool of a library in this kernel, and holds what it says against its case's workload. */
export async function* library(folder: string): AsyncGenerator<Verdict> {
  for (const name of readdirSync(folder).sort()) yield { name, ...(await verdictOf(join(folder, name))) };
}

async function verdictOf(folder: string): Promise<Omit<Verdict, 'name'>> {
  try {
    const tool = loadTool(folder);
    return await judged(tool, loadCase(folder, tool.manifest));
  } catch (error) {
    return { state: 'fail', reason: saidOf(error) };
  }
}

/** Where the workload cannot run, the tool must attach all the same. */
async function judged(tool: Tool, one: ToolCase): Promise<Omit<Verdict, 'name'>> {
  const end = await runToolCase(tool, one);
  if (!('skipped' in end)) return stateOf(end.wrong, one.attached);
  const attached = await runToolCase(tool, { ...one, commands: [], expect: [], workload: 'sleep 0.3' });
  if ('skipped' in attached) return { state: 'skipped', reason: attached.skipped };
  return stateOf(attached.wrong, end.skipped);
}

/** `only`: why the tool was only attached. */
function stateOf(wrong: readonly string[], only?: string): Omit<Verdict, 'name'> {
  if (wrong.length > 0) return { state: 'fail', reason: wrong.join('; ') };
  return only === undefined ? { state: 'pass' } : { state: 'skipped', reason: `attached, but not proved: ${only}` };
}
