import { renderMap } from '@bpfleet/aggregate';
import type { Tool, ToolCase } from '@bpfleet/tools';
import { runToolCase, type ToolCaseSeen } from '@bpfleet/tracer/testing';
import { attachedVerdict } from './library.ts';
import { toolVerdicts } from './tool-verdicts.ts';
import type { Verdict } from './verdict.ts';

const SEEN_LINES = 30;

/** Holds each tool of a library against its case's workload in this kernel. Where the workload cannot run, the tool is attached. */
export function workloads(folder: string, only: string): AsyncGenerator<Verdict> {
  return toolVerdicts(folder, only, provedVerdict);
}

async function provedVerdict(tool: Tool, one: ToolCase): Promise<Omit<Verdict, 'name'>> {
  const end = await runToolCase(tool, one);
  if ('wrong' in end && end.wrong.length > 0)
    return { state: 'fail', reason: `${end.wrong.join('; ')}\n${textOf(end.seen)}` };
  const unproved = 'skipped' in end ? end.skipped : one.attached;
  if (unproved === undefined) return { state: 'pass' };
  const attached = 'skipped' in end ? await attachedVerdict(tool, one) : { state: 'pass' as const };
  return attached.state === 'pass' ? { state: 'skipped', reason: `attached, but not proved: ${unproved}` } : attached;
}

/** The beginning of what a tool left and printed: a guest cannot be asked again. */
function textOf({ maps, printed }: ToolCaseSeen): string {
  const lines = [...maps.flatMap((map) => renderMap(map).split('\n')), ...printed.split('\n')].filter(
    (line) => line !== '',
  );
  return [...lines.slice(0, SEEN_LINES), ...(lines.length > SEEN_LINES ? ['...'] : [])].join('\n');
}
