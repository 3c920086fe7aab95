import { type Comparison, compareResults, groupsOf, type ResultMap, resultOfGroup } from '@bpfleet/aggregate';
import type { AnswerSheet, ResultDocument, SessionSummary } from '@bpfleet/client';
import { wrongRequest } from '../cli-error.ts';
import { controllerClient } from '../controller-client.ts';
import { answerSum } from '../render/answer-sheet.ts';
import { renderComparison } from '../render/comparison.ts';
import { printable } from '../render/printable.ts';
import type { Terminal } from '../terminal.ts';
import { writeJson } from '../write-json.ts';
import { DEFAULT_TOP, type ResultsOptions } from './results-options.ts';

/** What `-o json` gives. */
interface ComparisonDocument extends Comparison {
  readonly a: Side;
  readonly b: Side;
}

/** What is compared, and how much of it there is: a session that is partial differs for that alone. */
interface Side {
  readonly session: SessionSummary;
  readonly answer: AnswerSheet;
  readonly group?: string;
}

/** `bpfleet results A --compare B`, or `--by GROUP --compare-groups X,Y` within one session. */
export async function compare(id: string, options: ResultsOptions, terminal: Terminal): Promise<void> {
  const { by, map, top, compare: other, compareGroups } = options;
  const format = options.format ?? options.output;
  if (format !== 'table' && format !== 'json') {
    throw wrongRequest(`--format ${format}: a comparison is a table or JSON.`);
  }
  if (other !== undefined && by === 'window') {
    throw wrongRequest('--by window: two sessions have no window in common.', 'Leave it out, or group by node.');
  }
  if (compareGroups !== undefined && by === undefined) {
    throw wrongRequest('--compare-groups: of what?', 'Say it with --by: node, window or label:KEY.');
  }
  const client = controllerClient();
  const query = { ...(by === undefined ? {} : { by }), ...(map === undefined ? {} : { map }) };
  const found = await client.results(id, query);
  const document =
    other === undefined
      ? ofGroups(found, compareGroups ?? true)
      : ofSessions(found, await client.results(other, query));
  const shown = (count: number) => ({
    ...document,
    maps: document.maps.map((each) => ({ ...each, entries: count === 0 ? each.entries : each.entries.slice(-count) })),
  });
  if (format === 'json') {
    writeJson(terminal, shown(top ?? 0));
    return;
  }
  const { paint, columns, out } = terminal;
  const groupTitle = other === undefined ? undefined : by?.replace(/^label:/, '').toUpperCase();
  out.write(`${sideText('A', document.a)}${sideText('B', document.b)}\n`);
  out.write(
    renderComparison(document, {
      paint,
      width: columns,
      top: top ?? DEFAULT_TOP,
      ...(groupTitle === undefined ? {} : { groupTitle }),
    }),
  );
}

function ofSessions(a: ResultDocument, b: ResultDocument): ComparisonDocument {
  return { a: side(a), b: side(b), ...compareResults(mapsOf(a), mapsOf(b)) };
}

function ofGroups(found: ResultDocument, wanted: string | true): ComparisonDocument {
  const [a, b] = twoGroups(groupsOf(mapsOf(found)), wanted);
  const comparison = compareResults(resultOfGroup(mapsOf(found), a), resultOfGroup(mapsOf(found), b));
  return { a: { ...side(found), group: a }, b: { ...side(found), group: b }, ...comparison };
}

/** The API's description leaves open what composites hold. */
function mapsOf({ maps }: ResultDocument): ResultMap[] {
  return maps as ResultMap[];
}

/** The groups that `X,Y` names, which may have commas in their names; without names the two that there are. */
function twoGroups(groups: readonly string[], wanted: string | true): readonly [string, string] {
  const there = groups.length === 0 ? 'There are none.' : `There are ${groups.join(', ')}.`;
  if (wanted === true) {
    const [a, b, ...others] = groups;
    if (a === undefined || b === undefined || others.length > 0) {
      throw wrongRequest(`--compare-groups compares two groups. ${there}`, 'Name two: --compare-groups X,Y');
    }
    return [a, b];
  }
  for (let comma = wanted.indexOf(','); comma >= 0; comma = wanted.indexOf(',', comma + 1)) {
    const [a, b] = [wanted.slice(0, comma), wanted.slice(comma + 1)];
    if (groups.includes(a) && groups.includes(b)) return [a, b];
  }
  throw wrongRequest(`--compare-groups ${wanted}: these are no two groups of the result. ${there}`);
}

function side({ session, answer }: ResultDocument): Side {
  return { session, answer };
}

function sideText(name: string, { session, answer, group }: Side): string {
  const of = group === undefined ? '' : `${printable(group === '' ? '(none)' : group)} of `;
  return `${name}: ${of}session ${printable(session.id)}, ${session.state}, ${answerSum(answer)}\n`;
}
