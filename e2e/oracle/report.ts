import type { Comparison, Verdict } from './compare.ts';
import { diff } from './diff.ts';
import { normalise } from './normalise.ts';

const verdicts: readonly Verdict[] = ['same', 'meant', 'words', 'differs', 'ours refuses', 'theirs refuses', 'timeout'];

/** The table by group, the most frequent causes, then every case that is not the same with what differs. */
export function report(comparisons: readonly Comparison[], about: string): string {
  const parts = [about, table(comparisons), causes(comparisons), unsaid(comparisons)];
  const different = comparisons.filter(({ verdict }) => verdict !== 'same');
  const groups = Map.groupBy(different, ({ test }) => test.group);
  for (const [group, found] of groups) parts.push(`## ${group}\n`, ...found.map(details));
  return `${parts.join('\n')}\n`;
}

/** A line a group and a column a verdict. */
export function table(comparisons: readonly Comparison[]): string {
  const groups = Map.groupBy(comparisons, ({ test }) => test.group);
  const counts = (found: readonly Comparison[]) => [
    ...verdicts.map((verdict) => found.filter((each) => each.verdict === verdict).length || '.'),
    found.length,
  ];
  const rows = [
    ['group', ...verdicts, 'cases'],
    ...[...groups].map(([group, found]) => [group, ...counts(found)]),
    ['total', ...counts(comparisons)],
  ].map((row) => row.map(String));
  const width = (column: number) => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  const lines = rows.map((row) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(width(0)) : cell.padStart(width(column)))).join('  '),
  );
  return `${lines.join('\n')}\n`;
}

/** What ours says first where it refuses, with names and numbers left out, most frequent first. */
function causes(comparisons: readonly Comparison[]): string {
  const refused = comparisons.filter(({ verdict }) => verdict === 'ours refuses');
  const grouped = Map.groupBy(refused, ({ ours }) => cause(ours.stderr));
  const sorted = [...grouped].sort(([, a], [, b]) => b.length - a.length);
  const lines = sorted.map(([text, found]) => {
    const where = [...new Set(found.map(({ test }) => test.group))].join(' ');
    return `${String(found.length).padStart(4)}  ${text}  (${where})`;
  });
  return `# Why ours refuses\n\n${lines.join('\n')}\n`;
}

function cause(stderr: string): string {
  const line = stderr.split('\n').find((each) => /ERROR|error|Error/.test(each)) ?? stderr.split('\n')[0] ?? '';
  return line.replace(/^\S+:\d+:[\d-]+: /, '').slice(0, 110) || 'says nothing';
}

/** The first line of stderr that is theirs alone, of cases that ours runs or refuses in other words; most frequent first. */
function unsaid(comparisons: readonly Comparison[]): string {
  const different = comparisons.filter(({ verdict }) => verdict !== 'ours refuses' && verdict !== 'same');
  const lines = different.flatMap(({ test, theirs, ours }) => {
    const [a, b] = [normalise(theirs, test).stderr, normalise(ours, test).stderr];
    const line = diff(a, b, 200).find((each) => /^- \S/.test(each));
    return line === undefined ? [] : [{ kind: general(line.slice(2)), group: test.group }];
  });
  const sorted = [...Map.groupBy(lines, ({ kind }) => kind)].sort(([, a], [, b]) => b.length - a.length);
  const rows = sorted.map(([kind, found]) => {
    const groups = [...new Set(found.map(({ group }) => group))].join(' ');
    return `${String(found.length).padStart(4)}  ${kind}  (${groups})`;
  });
  return `# What bpftrace says and ours does not\n\n${rows.join('\n')}\n`;
}

/** A message without its place, its names and its numbers. */
function general(line: string): string {
  const text = line.replace(/^\S+:\d+:[\d-]+: /, '').replace(/'[^']*'|"[^"]*"/g, "'_'");
  return text
    .replace(/[$@][\w]+/g, '$_')
    .replace(/\d+/g, 'N')
    .slice(0, 130);
}

function details(comparison: Comparison): string {
  const { test, verdict, ours, theirs } = comparison;
  const [a, b] = [normalise(theirs, test), normalise(ours, test)];
  const lines = [`[${verdict}] ${test.title}`, ...indented(how(comparison)), ...indented(test.script.split('\n'))];
  if (test.deviates !== null) lines.push(`    # meant: ${test.deviates}`);
  if (ours.status !== theirs.status) lines.push(`    status: theirs ${theirs.status}, ours ${ours.status}`);
  if (a.stdout !== b.stdout) lines.push('    stdout:', ...indented(diff(a.stdout, b.stdout, 14)));
  if (a.stderr !== b.stderr) lines.push('    stderr:', ...indented(diff(a.stderr, b.stderr, 14)));
  return `${lines.join('\n')}\n`;
}

/** How it was run, where that is not with -e alone. */
function how({ test }: Comparison): string[] {
  const { options, arguments: after, way, child, after: run, before } = test;
  const words = [
    options,
    way === 'argument' ? '' : `(script: ${way})`,
    after === '' ? '' : `SCRIPT ${after}`,
    child === null ? '' : `-c "target ${child}"`,
    run === null ? '' : `after: ${run}`,
    before === null ? '' : `before: target ${before}`,
    ...Object.entries(test.env).map(([name, value]) => `${name}=${value}`),
  ].filter((word) => word !== '');
  return words.length > 0 ? [`# ${words.join('  ')}`] : [];
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `    ${line}`);
}
