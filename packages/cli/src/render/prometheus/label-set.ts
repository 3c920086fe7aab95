import { printable } from '../printable.ts';

/** Labels in the order in which they are written. */
export type Labels = readonly (readonly [name: string, value: string])[];

/** A name of a metric or label: what neither may hold becomes `_` (a colon is for rules, so it does too). */
export function metricName(text: string): string {
  const name = text.replace(/[^a-zA-Z0-9_]/g, '_');
  return /^\d/.test(name) ? `_${name}` : name;
}

/**
 * `{name="value",...}`, empty without labels. The format's escapes are for backslash, line feed and quotation mark; what
 * a terminal would obey is escaped as well, for values are what strangers called their programs.
 */
export function labelSet(labels: Labels): string {
  return labels.length === 0 ? '' : `{${labels.map(([name, value]) => `${name}="${escaped(value)}"`).join(',')}}`;
}

function escaped(value: string): string {
  return printable(value, '\n').replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
}
