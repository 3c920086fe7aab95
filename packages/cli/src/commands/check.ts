import { ApiError, type NodeCheck } from '@bpfleet/client';
import { ExitStatus } from '../cli-error.ts';
import { controllerClient } from '../controller-client.ts';
import { grouped } from '../render/number.ts';
import { renderTable } from '../render/table.ts';
import { prepareProgram } from '../run/prepare-program.ts';
import { requestProgram } from '../run/run-request.ts';
import { refusedProgram } from '../run/validate-program.ts';
import type { Style, Terminal } from '../terminal.ts';
import { writeJson } from '../write-json.ts';

export interface CheckOptions {
  readonly nodes: string;
  readonly param: readonly string[];
  readonly output: 'table' | 'json';
}

/** `bpfleet check WHAT`: a line for each kernel and architecture. Exit status 1 where some node refuses it. Throws CliError. */
export async function check(
  what: string,
  words: readonly string[],
  options: CheckOptions,
  terminal: Terminal,
): Promise<number> {
  const { program } = await prepareProgram(what, words, options.param);
  const checked = await controllerClient()
    .check({ program: requestProgram(program), nodes: options.nodes })
    .catch(async (error: unknown) => {
      const diagnostics = error instanceof ApiError ? (error.problem.diagnostics ?? []) : [];
      throw program.kind === 'script' && diagnostics.length > 0 ? await refusedProgram(program, diagnostics) : error;
    });
  if (options.output === 'json') writeJson(terminal, { items: checked });
  else if (checked.length === 0) terminal.err.write('No node matches the selector. "bpfleet nodes" lists them.\n');
  else terminal.out.write(checkTable(checked, terminal));
  return checked.some(({ answer }) => answer === 'refused') ? ExitStatus.gateFailed : ExitStatus.done;
}

/** Nodes with the same kernel, architecture, answer and reason share a line. */
export function checkTable(
  checked: readonly NodeCheck[],
  { paint, columns }: Pick<Terminal, 'paint' | 'columns'>,
): string {
  const key = ({ kernel, arch, answer, reason, variant }: NodeCheck) =>
    JSON.stringify([kernel, arch, answer, reason, variant]);
  const tells = checked.some(({ variant }) => variant !== undefined);
  const groups = [...Map.groupBy(checked, key).values()];
  return renderTable(
    [
      { title: 'KERNEL', flexible: true },
      { title: 'ARCH' },
      { title: 'NODES', align: 'right' },
      { title: 'ANSWER' },
      ...(tells ? [{ title: 'VARIANT' }] : []),
      { title: 'REASON', flexible: true },
    ],
    groups.map((group) => {
      const [{ kernel = '', arch = '', answer = '', reason = null, variant = '-' } = {}] = group;
      // The marked line of a script that follows the message is the same for all.
      const first = [kernel, arch, grouped(group.length), answer, ...(tells ? [variant] : [])];
      return [...first, reason?.split('\n')[0] ?? '-'];
    }),
    {
      width: columns,
      paint,
      paintCell: (text, row, column) => (column === 3 ? paint(answerStyle(groups[row]?.[0]?.answer), text) : text),
    },
  );
}

function answerStyle(answer: NodeCheck['answer'] | undefined): Style {
  switch (answer) {
    case 'loads':
      return 'green';
    case 'refused':
      return 'red';
    case 'silent':
    case 'offline':
    case undefined:
      return 'yellow';
  }
}
