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

/** Told what the lists lack. */
type Warn = (message: string) => void;

/** Writes the probes of this node, or types of its kernel, that match one of the patterns, which commas separate. */
export async function listByPattern(
  pattern: string,
  { verbose, pid }: ListOptions,
  out: TextSink,
  warn: Warn,
): Promise<void> {
  const { isTypePattern, listProbes, listTypes } = await import('@bpfleet/tracer');
  const unnamed = new Set<string>();
  for (const part of pattern.split(',').map((each) => each.trim())) {
    if (isTypePattern(part)) {
      out.write(listTypes(part, verbose).join(''));
      continue;
    }
    const of = pid === undefined ? {} : { pid };
    const { probes, withoutDebugInfo } = listProbes(searchOf(part), { limit: NO_LIMIT, arguments: verbose, ...of });
    tellUnnamed(withoutDebugInfo, unnamed, warn);
    out.write(probes.map(probeText).join(''));
  }
}

/** Writes the probes that a script would be attached to, once each, in the order of the script. Throws TraceError. */
export async function listByScript(program: ProgramText, verbose: boolean, out: TextSink, warn: Warn): Promise<void> {
  const { listProbes, listScript } = await import('@bpfleet/tracer');
  const unnamed = new Set<string>();
  for (const name of listScript(program)) {
    const found = verbose ? listProbes(name, { limit: 1, arguments: true }) : undefined;
    tellUnnamed(found?.withoutDebugInfo ?? [], unnamed, warn);
    out.write(probeText({ name, arguments: found?.probes[0]?.arguments ?? [] }));
  }
}

/** Once of every program. */
function tellUnnamed(paths: readonly string[], told: Set<string>, warn: Warn): void {
  for (const path of paths) {
    if (!told.has(path)) warn(`No DWARF found for "${path}", cannot show parameter info`);
    told.add(path);
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
