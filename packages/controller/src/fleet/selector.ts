import { Problem } from '../problem/problem.ts';

export type Comparison = '=' | '!=' | '>=' | '<=' | '>' | '<';

/** One term of a selector; all terms must hold. */
export type Term =
  | { readonly kind: 'compare'; readonly field: string; readonly comparison: Comparison; readonly value: string }
  | { readonly kind: 'in'; readonly field: string; readonly values: readonly string[] }
  | { readonly kind: 'has'; readonly feature: string };

/** No terms: every node. */
export type Selector = readonly Term[];

/** Fields that every node has; any other name is a label's. */
const builtinFields = ['name', 'arch', 'kernel'] as const;

const term = /^([A-Za-z0-9_][A-Za-z0-9_./-]*)\s*(!=|>=|<=|=|>|<)\s*(\S(?:.*\S)?)$/;
const membership = /^([A-Za-z0-9_][A-Za-z0-9_./-]*)\s+in\s*\(([^()]*)\)$/;
const feature = /^has\s*\(\s*([A-Za-z0-9_:-]+)\s*\)$/;
const hint = 'Write `all`, or terms such as `arch=arm64,role!=db,kernel>=6.1,zone in (a,b),has(kprobe),name=web-*`.';

/** Parses a selector. Throws `invalid_selector` that names the term. */
export function parseSelector(text: string): Selector {
  const trimmed = text.trim();
  if (trimmed === 'all' || trimmed === '') {
    return [];
  }
  return splitTerms(trimmed).map(parseTerm);
}

function parseTerm(text: string): Term {
  const has = feature.exec(text);
  if (has?.[1] !== undefined) {
    return { kind: 'has', feature: has[1] };
  }
  const [, list, items] = membership.exec(text) ?? [];
  if (list !== undefined && items !== undefined) {
    const values = items.split(',').map((item) => item.trim());
    if (values.includes('')) {
      throw refused(`The list in "${text}" has an empty item.`);
    }
    return { kind: 'in', field: list, values };
  }
  const [, field, comparison, value] = term.exec(text) ?? [];
  if (field === undefined || value === undefined || /[()]/.test(value)) {
    throw refused(text === '' ? 'The selector has an empty term.' : `"${text}" is no term of a selector.`);
  }
  return { kind: 'compare', field, comparison: comparison as Comparison, value };
}

/** At the commas outside parentheses. */
function splitTerms(text: string): string[] {
  const terms: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '(') {
      depth += 1;
    } else if (character === ')') {
      depth -= 1;
    } else if (character === ',' && depth === 0) {
      terms.push(text.slice(start, at).trim());
      start = at + 1;
    }
  }
  return [...terms, text.slice(start).trim()];
}

/** Throws `invalid_selector` where a term names a field that no node has: most often a typing mistake. */
export function checkFields(selector: Selector, labels: ReadonlySet<string>): void {
  for (const part of selector) {
    if (part.kind === 'has' || labels.has(part.field) || (builtinFields as readonly string[]).includes(part.field)) {
      continue;
    }
    const known = [...builtinFields, ...[...labels].sort()];
    throw new Problem('invalid_selector', `No node has a field or label "${part.field}".`, {
      pointer: '/nodes',
      hint: `Known are ${known.join(', ')}; has(FEATURE) tests a feature of the kernel.`,
    });
  }
}

function refused(message: string): Problem {
  return new Problem('invalid_selector', message, { pointer: '/nodes', hint });
}
