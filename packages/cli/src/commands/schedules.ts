import type { Firing, Schedule } from '@bpfleet/client';
import { atMost } from '../at-most.ts';
import { controllerClient } from '../controller-client.ts';
import { printable } from '../render/printable.ts';
import { renderTable } from '../render/table.ts';
import type { Terminal } from '../terminal.ts';
import { writeJson } from '../write-json.ts';

interface Output {
  readonly output: 'table' | 'json';
}

interface Limited extends Output {
  readonly limit: number;
}

/** `bpfleet schedule list`: the newest first. */
export async function listSchedules({ limit, output }: Limited, terminal: Terminal): Promise<void> {
  const items = await atMost(limit, controllerClient().schedules());
  if (output === 'json') {
    writeJson(terminal, { items });
    return;
  }
  if (items.length === 0) {
    terminal.err.write('No schedule yet. "bpfleet schedule add" makes one.\n');
    return;
  }
  const { columns, paint } = terminal;
  const rows = items.map((each) => [
    each.id,
    each.name,
    each.state,
    whenText(each.when),
    each.nextDue ?? '-',
    each.lastFiring?.state ?? '-',
    each.nodes,
  ]);
  const titles = [
    { title: 'SCHEDULE' },
    { title: 'NAME', flexible: true },
    { title: 'STATE' },
    { title: 'WHEN', flexible: true },
    { title: 'NEXT' },
    { title: 'LAST' },
    { title: 'NODES', flexible: true },
  ];
  terminal.out.write(renderTable(titles, rows, { width: columns, paint }));
}

/** `bpfleet schedule show ID`: the schedule and its series, the latest first. */
export async function showSchedule(id: string, { limit, output }: Limited, terminal: Terminal): Promise<void> {
  const client = controllerClient();
  const schedule = await client.schedule(id);
  const firings = await atMost(limit, client.firings(id));
  if (output === 'json') {
    writeJson(terminal, { schedule, firings });
    return;
  }
  writeSchedule(schedule, terminal);
  if (firings.length > 0) {
    terminal.out.write(`\n${firingTable(firings, terminal)}`);
  }
}

/** `bpfleet schedule pause ID`, `bpfleet schedule resume ID` */
export async function pauseSchedule(id: string, paused: boolean, options: Output, terminal: Terminal): Promise<void> {
  const schedule = await controllerClient().pauseSchedule(id, paused);
  if (options.output === 'json') {
    writeJson(terminal, schedule);
  } else {
    writeSchedule(schedule, terminal);
  }
}

/** `bpfleet schedule remove ID`: nothing on stdout but `{}` for JSON. */
export async function removeSchedule(id: string, options: Output, terminal: Terminal): Promise<void> {
  await controllerClient().deleteSchedule(id);
  if (options.output === 'json') {
    writeJson(terminal, {});
  }
}

function writeSchedule(schedule: Schedule, { out }: Terminal): void {
  const facts = [
    ['Schedule', schedule.id],
    ['Name', printable(schedule.name === '' ? '-' : schedule.name)],
    ['State', schedule.state],
    ['When', printable(whenText(schedule.when))],
    ['Next', schedule.nextDue ?? '-'],
    ['Overlap', schedule.overlap],
    ['Missed', schedule.missed],
    ['Program', schedule.program.digest],
    ['Nodes', printable(schedule.nodes)],
    ['Duration', `${schedule.for}, in windows of ${schedule.every}`],
  ];
  out.write(facts.map(([name, value]) => `${`${name}:`.padEnd(10)}${value}\n`).join(''));
}

function firingTable(firings: readonly Firing[], { columns, paint }: Terminal): string {
  return renderTable(
    [{ title: 'DUE' }, { title: 'STATE' }, { title: 'SESSION' }, { title: 'REASON', flexible: true }],
    firings.map(({ due, state, sessionId, reason }) => [due, state, sessionId ?? '-', reason ?? '']),
    { width: columns, paint },
  );
}

function whenText(when: Schedule['when']): string {
  switch (when.kind) {
    case 'at':
      return `at ${when.at}`;
    case 'every':
      return `every ${when.every}`;
    case 'cron':
      return `${when.cron} (${when.timeZone})`;
  }
}
