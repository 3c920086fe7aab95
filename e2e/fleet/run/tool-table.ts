import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Verdict } from '../conform/verdict.ts';
import { guestKinds } from '../guests.ts';
import { verdictFolder } from './verdict-files.ts';

/** Verdicts of the tool library's workloads by guest. */
export type ToolVerdicts = ReadonlyMap<string, readonly Verdict[]>;

const notProved = 'attached, but not proved: ';

/** What the last runs of guests found, in the order of guestKinds: the host is a machine like any other, and left out. */
export function lastVerdicts(): ToolVerdicts {
  const folder = verdictFolder('workloads');
  const files = existsSync(folder) ? readdirSync(folder) : [];
  const known = guestKinds
    .map(({ name }) => name)
    .filter((name) => files.some((file) => basename(file, '.json') === name));
  return new Map(
    known.map((name) => [name, JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as Verdict[]]),
  );
}

/** As a page of the documentation: what is proved everywhere by name, a row for each of the others, and what these lack. */
export function toolTable(verdicts: ToolVerdicts): string {
  const guests = [...verdicts.keys()];
  const tools = [...new Set([...verdicts.values()].flatMap((each) => each.map(({ name }) => name)))].sort();
  const cellsOf = (tool: string) => guests.map((guest) => cell(verdicts.get(guest)?.find(({ name }) => name === tool)));
  const others = tools.filter((tool) => cellsOf(tool).some((each) => each !== 'proved'));
  const proved = tools.filter((tool) => !others.includes(tool));
  const rows = [
    ['tool', ...guests],
    ['---', ...guests.map(() => '---')],
    ...others.map((tool) => [tool, ...cellsOf(tool)]),
  ];
  return `# Tools by kernel

Written by \`npm run e2e -- fleet --tool-table\` from the last runs of \`--cases library-workloads\` in the guests of the virtual
fleet. *proved*: the numbers agree with what the tool's workload counted. *attached*: it runs there, but what its workload needs is not in
the guest. *-*: the node says \`skipped\`, and what it lacks.

Proved in every guest (${proved.length} of ${tools.length}): ${proved.join(', ')}.

${rows.map((row) => `| ${row.join(' | ')} |`).join('\n')}

${others.flatMap((tool) => reasons(tool, verdicts)).join('\n')}
`;
}

function cell(verdict: Verdict | undefined): string {
  if (verdict === undefined) return '';
  if (verdict.state === 'pass') return 'proved';
  if (verdict.state === 'fail') return '**failed**';
  return verdict.reason?.startsWith(notProved) ? 'attached' : '-';
}

/** A line for each reason, with the guests that have it. */
function reasons(tool: string, verdicts: ToolVerdicts): string[] {
  const found = [...verdicts].flatMap(([guest, all]) => {
    const verdict = all.find(({ name, state }) => name === tool && state !== 'pass');
    return verdict === undefined ? [] : [{ guest, reason: firstLine(verdict.reason ?? '') }];
  });
  const groups = Map.groupBy(found, ({ reason }) => reason);
  return [...groups].map(
    ([reason, group]) => `- \`${tool}\` (${group.map(({ guest }) => guest).join(', ')}): ${reason}`,
  );
}

function firstLine(reason: string): string {
  return (reason.split('\n')[0] ?? '').replace(notProved, '');
}
