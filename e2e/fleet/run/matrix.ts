import { countOutcomes } from './count-outcomes.ts';
import type { Outcome } from './outcome.ts';

/** The outcomes as a table, a line a case and a column a node, and under it why what did not pass did not. */
export function matrix(outcomes: readonly Outcome[]): string {
  const nodes = [...new Set(outcomes.map(({ node }) => node))];
  const names = [...new Set(outcomes.map(({ name }) => name))];
  const cell = (name: string, node: string) =>
    outcomes.find((each) => each.name === name && each.node === node)?.state ?? '-';
  const rows = [['case', ...nodes], ...names.map((name) => [name, ...nodes.map((node) => cell(name, node))])];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  const lines = rows.map((row) =>
    row
      .map((text, column) => text.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return `${[...lines, ...reasons(outcomes), ...notes(outcomes), countsLine(outcomes)].join('\n')}\n`;
}

/** The same reason on several nodes is told once. */
function reasons(outcomes: readonly Outcome[]): string[] {
  const told = outcomes.filter(({ state }) => state !== 'pass');
  const groups = Map.groupBy(told, ({ state, name, reason }) => `${state} ${name}\n${reason}`);
  return [...groups.values()].map((group) => {
    const [first] = group;
    return `  ${first?.state}  ${first?.name} on ${group.map(({ node }) => node).join(', ')}: ${first?.reason}`;
  });
}

/** What several nodes have in common is told once. */
function notes(outcomes: readonly Outcome[]): string[] {
  const told = outcomes.filter(({ note }) => note !== undefined);
  const groups = Map.groupBy(told, ({ name, note }) => `${name}\n${note}`);
  return [...groups.values()].map(
    (group) => `  ${group[0]?.name} on ${group.map(({ node }) => node).join(', ')}: ${group[0]?.note}`,
  );
}

/** As the other test runs have it. */
function countsLine(outcomes: readonly Outcome[]): string {
  const { passed, failed, skipped } = countOutcomes(outcomes);
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}
