import type { AnswerCounts, AnswerSheet, NodeAnswer } from '@bpfleet/client';
import type { Paint, Style } from '../terminal.ts';
import { grouped, percent } from './number.ts';
import { printable } from './printable.ts';
import { renderTable } from './table.ts';

/** Up to so many nodes each has its line; of more, only those that are not complete. */
const ALL_SHOWN = 20;
const MOST_SHOWN = 50;

const states = ['complete', 'partial', 'failed', 'offline', 'skipped'] as const;

/** `3 targets = 2 complete + 1 partial`: what there is is always all there is. */
export function answerSum(answer: AnswerCounts): string {
  const parts = states.filter((state) => answer[state] > 0).map((state) => `${grouped(answer[state])} ${state}`);
  const accounted = states.reduce((sum, state) => sum + answer[state], 0);
  const open = answer.targets - accounted;
  const all = open > 0 ? [...parts, `${grouped(open)} not ended`] : parts;
  const targets = `${grouped(answer.targets)} target${answer.targets === 1 ? '' : 's'}`;
  return all.length === 0 ? targets : `${targets} = ${all.join(' + ')}`;
}

/** The answer sheet: the sum, a line a node, and why anything is missing. */
export function renderAnswerSheet(answer: AnswerSheet, paint: Paint, width: number | undefined): string {
  const complete = answer.complete === answer.targets && answer.targets > 0;
  const heading = `${paint('bold', 'Answer')}: ${paint(complete ? 'green' : 'yellow', answerSum(answer))}\n`;
  const nodes =
    answer.nodes.length <= ALL_SHOWN ? answer.nodes : answer.nodes.filter(({ state }) => state !== 'complete');
  const shown = nodes.slice(0, MOST_SHOWN);
  if (shown.length === 0) {
    return heading;
  }
  const tells = shown.some(({ variant }) => variant !== undefined);
  const table = renderTable(
    [
      { title: 'NODE', flexible: true },
      { title: 'ARCH' },
      { title: 'KERNEL', flexible: true },
      { title: 'STATE' },
      ...(tells ? [{ title: 'VARIANT' }] : []),
      { title: 'PRODUCED', align: 'right' },
      { title: 'STORED', align: 'right' },
      { title: 'OVERHEAD', align: 'right' },
      { title: 'LOST', flexible: true },
    ],
    shown.map((node) => [
      node.name,
      node.arch,
      node.kernel,
      node.state,
      ...(tells ? [node.variant ?? '-'] : []),
      grouped(node.produced),
      grouped(node.stored),
      percent(node.overhead),
      lostText(node.lost),
    ]),
    {
      width,
      paint,
      paintCell: (text, row, column) => (column === 3 ? paint(stateStyle(shown[row]?.state), text) : text),
    },
  );
  const reasons = shown
    .filter(({ reason }) => reason !== null)
    .map(({ name, reason }) => `${printable(name)}: ${printable(reason ?? '', '\n')}\n`)
    .join('');
  const rest = nodes.length - shown.length;
  return `${heading}${table}${reasons}${rest > 0 ? `... and ${grouped(rest)} more that are not complete\n` : ''}`;
}

function stateStyle(state: NodeAnswer['state'] | undefined): Style {
  switch (state) {
    case 'complete':
      return 'green';
    case 'failed':
    case 'offline':
      return 'red';
    case 'partial':
    case 'skipped':
      return 'yellow';
    case 'pending':
    case 'running':
    case undefined:
      return 'cyan';
  }
}

function lostText(lost: NodeAnswer['lost']): string {
  const names = {
    kernel: 'in kernel',
    mapFull: 'map full',
    evicted: 'not delivered',
    sampledOut: 'sampled out',
    truncated: 'truncated',
    readFailed: 'not readable',
  } as const;
  const parts = Object.entries(names)
    .map(([kind, name]) => ({ count: lost[kind as keyof typeof names], name }))
    .filter(({ count }) => String(count) !== '0')
    .map(({ count, name }) => `${grouped(count)} ${name}`);
  return parts.join(', ') || 'nothing';
}
