import type { Outcome } from './outcome.ts';

/** The outcomes as JUnit XML, a suite a node. Format: the schema that CI servers share, as of Jenkins' xunit plugin. */
export function junit(outcomes: readonly Outcome[]): string {
  const suites = [...Map.groupBy(outcomes, ({ node }) => node)].map(([node, group]) => {
    const count = (state: Outcome['state']) => group.filter((each) => each.state === state).length;
    const head = `name="${text(node)}" tests="${group.length}" failures="${count('fail')}" skipped="${count('skipped')}"`;
    return `  <testsuite ${head} time="${time(group)}">\n${group.map(testCase).join('')}  </testsuite>\n`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="virtual fleet">\n${suites.join('')}</testsuites>\n`;
}

function testCase(outcome: Outcome): string {
  const head = `    <testcase classname="${text(outcome.node)}" name="${text(outcome.name)}" time="${time([outcome])}"`;
  if (outcome.state === 'pass') return `${head}/>\n`;
  const kind = outcome.state === 'fail' ? 'failure' : 'skipped';
  return `${head}><${kind} message="${text(outcome.reason ?? '')}"/></testcase>\n`;
}

const time = (outcomes: readonly Outcome[]) => outcomes.reduce((sum, { seconds }) => sum + seconds, 0).toFixed(2);

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\n': '&#10;' };

/** XML 1.0 has no way to write other control characters. */
function text(value: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out
  return value.replace(/[\x00-\x08\x0b-\x1f]/g, '?').replace(/[&<>"\n]/g, (character) => entities[character] ?? '');
}
