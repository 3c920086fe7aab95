import type { SessionListItem, SessionResource, SessionSummary } from '@bpfleet/client';
import { controllerClient } from '../controller-client.ts';
import { ago } from '../render/ago.ts';
import { answerSum, renderAnswerSheet } from '../render/answer-sheet.ts';
import { courseText } from '../render/course.ts';
import { printable } from '../render/printable.ts';
import { renderTable } from '../render/table.ts';
import { progressText } from '../run/progress-text.ts';
import type { Style, Terminal } from '../terminal.ts';
import { writeJson } from '../write-json.ts';

interface Output {
  readonly output: 'table' | 'json';
}

/** `bpfleet sessions`: the newest first. */
export async function sessions(options: Output & { readonly limit: number }, terminal: Terminal): Promise<void> {
  const items: SessionListItem[] = [];
  for await (const item of controllerClient().sessions()) {
    items.push(item);
    if (items.length >= options.limit) {
      break;
    }
  }
  if (options.output === 'json') {
    writeJson(terminal, { items });
    return;
  }
  if (items.length === 0) {
    terminal.err.write('No session yet. "bpfleet run" starts one.\n');
    return;
  }
  const { columns, paint } = terminal;
  const rows = items.map(({ session, createdAt, nodes, answer, ...rest }) => [
    session.id,
    session.state,
    `${ago(Date.parse(createdAt), Date.now())} ago`,
    rest.for,
    nodes,
    answerSum(answer),
  ]);
  terminal.out.write(
    renderTable(
      [
        { title: 'SESSION' },
        { title: 'STATE' },
        { title: 'STARTED', align: 'right' },
        { title: 'FOR', align: 'right' },
        { title: 'NODES', flexible: true },
        { title: 'ANSWER', flexible: true },
      ],
      rows,
      {
        width: columns,
        paint,
        paintCell: (text, row, column) =>
          column === 1 ? paint(sessionStyle(items[row]?.session.state ?? 'pending'), text) : text,
      },
    ),
  );
}

/** `bpfleet session ID` */
export async function session(id: string, options: Output, terminal: Terminal): Promise<void> {
  showSession(await controllerClient().session(id), options, terminal);
}

/** `bpfleet cancel ID`: asks for it; the nodes answer within their next heartbeat. */
export async function cancel(id: string, options: Output, terminal: Terminal): Promise<void> {
  showSession(await controllerClient().cancelSession(id), options, terminal);
}

function showSession(resource: SessionResource, options: Output, terminal: Terminal): void {
  if (options.output === 'json') {
    writeJson(terminal, resource);
    return;
  }
  const { session: summary, nodes, answer } = resource;
  const { out, paint, columns } = terminal;
  const facts = [
    ['Session', summary.id],
    ['State', paint(sessionStyle(summary.state), summary.state)],
    ...(summary.program.tool === undefined ? [] : [['Tool', toolText(summary.program.tool)]]),
    ['Program', summary.program.digest],
    ['Nodes', printable(nodes)],
    ['Duration', `${resource.for}, in windows of ${summary.interval}`],
    ['Created', resource.createdAt],
    ['Started', summary.startedAt ?? '-'],
    ['Ended', summary.endedAt ?? '-'],
    ...(resource.queue === null ? [] : [['Waits', progressText(resource, Date.now())]]),
  ];
  out.write(facts.map(([name, value]) => `${`${name}:`.padEnd(10)}${value}\n`).join(''));
  out.write(`\n${renderAnswerSheet(answer, paint, columns)}${courseText(summary)}`);
}

function toolText({ name, parameters }: NonNullable<SessionSummary['program']['tool']>): string {
  const given = Object.entries(parameters).map(([parameter, value]) => `${parameter}=${value}`);
  return printable([name, ...given].join(' '));
}

export function sessionStyle(state: SessionSummary['state']): Style {
  switch (state) {
    case 'complete':
      return 'green';
    case 'partial':
    case 'cancelled':
      return 'yellow';
    case 'failed':
      return 'red';
    case 'pending':
    case 'running':
      return 'cyan';
  }
}
