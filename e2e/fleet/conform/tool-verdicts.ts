import { join } from 'node:path';
import { loadCase, loadLibrary, type Tool, type ToolCase } from '@bpfleet/tools';
import { saidOf } from './language.ts';
import type { Verdict } from './verdict.ts';

/**
 * A verdict of each tool of a library by one rule, which is given its case too. What the rule throws is a failure.
 * @param only names with commas between them; empty: all
 */
export async function* toolVerdicts(
  folder: string,
  only: string,
  judge: (tool: Tool, one: ToolCase) => Promise<Omit<Verdict, 'name'>>,
): AsyncGenerator<Verdict> {
  for (const [name, tool] of loadLibrary([folder]).tools) {
    if (only !== '' && !only.split(',').includes(name)) continue;
    try {
      yield { name, ...(await judge(tool, loadCase(join(folder, name), tool.manifest))) };
    } catch (error) {
      yield { name, state: 'fail', reason: saidOf(error) };
    }
  }
}
