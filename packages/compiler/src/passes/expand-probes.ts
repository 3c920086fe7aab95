import { findProvider, providers } from '../probes/index.ts';
import type { ExpandContext } from '../probes/provider.ts';
import { didYouMean } from '../source/did-you-mean.ts';
import type { AttachPoint, Script } from '../syntax/ast.ts';
import type { Probe } from './model.ts';

/** Probes bpftrace has and this compiler has not, so that the message is not "unknown". */
const notSupported = [...['watchpoint', 'w'], ...['asyncwatchpoint', 'aw', 'self', 'bench', 'test']];

/** Probes of a whole script. */
const MAX_PROBES = 1024;

/** Turns each clause's attach points into the places its program is attached to. */
export function expandProbes(script: Script, context: ExpandContext): Probe[] {
  const probes: Probe[] = [];
  for (const clause of script.clauses) {
    for (const point of clause.attachPoints) {
      for (const target of expandPoint(point, context)) probes.push({ clause, target });
      if (probes.length > MAX_PROBES) {
        const message = `a script has at most ${MAX_PROBES} probes, wildcards counted as what they match`;
        context.diagnostics.error('too-many-probes', point.span, message);
        return [];
      }
    }
  }
  return probes;
}

function expandPoint(point: AttachPoint, context: ExpandContext) {
  const name = point.parts[0] ?? '';
  const provider = findProvider(name);
  if (provider !== undefined) return provider.expand(point, context);
  const nameSpan = { start: point.span.start, end: point.span.start + name.length };
  if (notSupported.includes(name)) {
    const known = providers.map((candidate) => candidate.name).join(', ');
    context.diagnostics.error(
      'unsupported',
      nameSpan,
      `the probe type '${name}' is not supported`,
      `there are ${known}`,
    );
    return [];
  }
  const names = providers.flatMap((candidate) => [candidate.name, ...candidate.aliases.filter((a) => a.length > 2)]);
  context.diagnostics.error('unknown-probe', nameSpan, `Invalid probe type: ${name}`, () => didYouMean(name, names));
  return [];
}
