import { atMost } from '../at-most.ts';
import { CliError, ExitStatus } from '../cli-error.ts';
import { controllerClient } from '../controller-client.ts';
import { printable } from '../render/printable.ts';
import { renderTable } from '../render/table.ts';
import type { Terminal } from '../terminal.ts';
import { writeJson } from '../write-json.ts';

interface Output {
  readonly output: 'table' | 'json';
}

/** `bpfleet audit list`: who did what where, newest first. */
export async function listAudit({ limit, output }: Output & { limit: number }, terminal: Terminal): Promise<void> {
  const items = await atMost(limit, controllerClient().audit());
  if (output === 'json') {
    writeJson(terminal, { items });
    return;
  }
  const titles = [
    { title: 'SEQ', align: 'right' },
    { title: 'AT' },
    { title: 'WHO', flexible: true },
    { title: 'WHAT' },
    { title: 'OUTCOME' },
    { title: 'SUBJECT', flexible: true },
    { title: 'DETAIL', flexible: true },
  ] as const;
  const rows = items.map(({ seq, at, actor, action, outcome, subject, detail }) => [
    String(seq),
    at,
    printable(actor),
    action,
    outcome,
    printable(subject ?? '-'),
    printable(JSON.stringify(detail)),
  ]);
  const { columns, paint } = terminal;
  terminal.out.write(
    renderTable(titles, rows, {
      width: columns,
      paint,
      paintCell: (text, row, column) => (column === 4 && rows[row]?.[4] === 'refused' ? paint('red', text) : text),
    }),
  );
}

/** `bpfleet audit check`: throws CliError, which ends with exit status 3, where an entry does not follow from those before it. */
export async function checkAudit({ noted, output }: Output & { noted?: string }, terminal: Terminal): Promise<void> {
  const check = await controllerClient().checkAudit(noted);
  const { entries, head, broken } = check;
  if (output === 'json') {
    writeJson(terminal, check);
  } else {
    const noteDown = head === null ? '' : ` To tell later that nothing was cut off: --noted ${head.seq}:${head.hash}`;
    terminal.out.write(`${entries} entries follow from one another.${noteDown}\n`);
  }
  if (broken !== null) {
    throw new CliError(ExitStatus.failed, `The audit log is broken at entry ${broken.seq}: ${broken.reason}.`);
  }
}
