import type { ManifestOutput } from '@bpfleet/bpf';
import type { RecordOutput } from './record-output.ts';

/** What is to be known of how records are read, before there is one; null where their structure is. */
export function recordWarning({ name, fields, stored, fits }: RecordOutput, { record }: ManifestOutput): string | null {
  if (stored !== undefined) {
    const layout = stored.map((field) => (field.includes('[') ? `"${field}"` : field)).join(', ');
    const what = `records of ${name} are read by what programs store in them, since no structure is found`;
    return `${what}; a manifest may name the fields (outputs: {${name}: {layout: [${layout}]}})`;
  }
  if (fits !== undefined) {
    const what = `records of ${name} are read as structure ${fits}, which alone fits what programs store in them`;
    return `${what}; a manifest may name another (outputs: {${name}: {record: STRUCT}})`;
  }
  if (fields !== null) return null;
  const why = record === undefined ? 'no structure is found for them' : `there is no structure ${record}`;
  return `records of ${name} are shown as bytes: ${why}; build with -g, or describe it in a manifest (${advice(name)})`;
}

/** Where one came of another length. */
export function lengthWarning({ name, guessed, stored, fits }: RecordOutput): string {
  const why =
    stored !== undefined
      ? 'are shown as bytes: they are not as long as what programs were seen to store in them'
      : fits !== undefined
        ? `are shown as bytes: they are not of the length of structure ${fits}, which fits what programs store`
        : guessed !== undefined
          ? 'are shown as bytes: they are not of the length of the structure that was found by its name'
          : 'are longer than their structure, and what is beyond it is not shown';
  return `records of ${name} ${why}; a manifest names theirs (${advice(name)})`;
}

function advice(name: string): string {
  return `outputs: {${name}: {record: STRUCT}}, or {layout: [u64 ts]}`;
}
