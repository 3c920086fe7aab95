import type { ListedProbe } from '@bpfleet/tracer';
import type { ProgramText } from '../run/read-program.ts';
import type { TextSink } from './trace-output.ts';

/** Lists are not cut short: a kernel has some 100,000 functions. */
const NO_LIMIT = Number.MAX_SAFE_INTEGER;

export interface ListOptions {
  readonly verbose: boolean;
  /** Of `-p`: what it has mapped is looked at where no program is named. */
  readonly pid?: number;
}

/** Writes the probes of this node, or types of its kernel, that match one of the patterns, which commas separate. */
export async function listByPattern(pattern: string, { verbose, pid }: ListOptions, out: TextSink): Promise<void> {
  const { isTypePattern, listProbes, listTypes } = await import('@bpfleet/tracer');
  for (const part of pattern.split(',').map((each) => each.trim())) {
    if (isTypePattern(part)) {
      out.write(listTypes(part, verbose).join(''));
      continue;
    }
    const of = pid === undefined ? {} : { pid };
    const { probes } = listProbes(searchOf(part), { limit: NO_LIMIT, arguments: verbose, ...of });
    out.write(probes.map(probeText).join(''));
  }
}

/** Writes the probes that a script would be attached to, once each, in the order of the script. Throws TraceError. */
export async function listByScript(program: ProgramText, verbose: boolean, out: TextSink): Promise<void> {
  const { listProbes, listScript } = await import('@bpfleet/tracer');
  for (const name of listScript(program)) {
    const { probes } = verbose ? listProbes(name, { limit: 1, arguments: true }) : { probes: [] };
    out.write(probeText({ name, arguments: probes[0]?.arguments ?? [] }));
  }
}

/** `*` alone is every probe. */
function searchOf(pattern: string): string {
  return pattern === '*' || pattern === '*:*' ? '' : pattern;
}

function probeText({ name, arguments: list }: ListedProbe): string {
  return [name, ...list.map(({ type, name: field }) => `    ${type} ${field}`.trimEnd())]
    .map((line) => `${line}\n`)
    .join('');
}
