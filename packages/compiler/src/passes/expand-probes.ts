import { defaultConfig } from '../env.ts';
import { findProvider, providers } from '../probes/index.ts';
import { raiseLimit, tooMany } from '../probes/match-names.ts';
import { onlyOneProcess } from '../probes/one-process.ts';
import type { ExpandContext, ProbeTarget } from '../probes/provider.ts';
import { didYouMean } from '../source/did-you-mean.ts';
import type { AttachPoint, Script } from '../syntax/ast.ts';
import { textBytes } from '../types/text-bytes.ts';
import { checkDebugInfo } from './check-debug-info.ts';
import { MissingInClause } from './missing-probes.ts';
import type { AnalysisContext, Probe } from './model.ts';

/** Probes of a whole script. */
const MAX_PROBES = 1024;

/** Turns each clause's attach points into the places its program is attached to. A limit below the usual is of all. */
export function expandProbes(script: Script, context: AnalysisContext): Probe[] {
  const { config, diagnostics } = context;
  const limit = Math.max(MAX_PROBES, config.maxProbes);
  const probes: Probe[] = [];
  const taken = new Set<string>();
  for (const clause of script.clauses) {
    const missing = new MissingInClause(diagnostics, config.missingProbes);
    const before = probes.length;
    for (const point of clause.attachPoints) {
      const targets = sameWidths(expandPoint(point, { ...context, taken, diagnostics: missing.reports(point) }));
      for (const target of targets) {
        probes.push({ clause, point, target: onlyOneProcess(target, context.env), env: context.env });
      }
      checkDebugInfo(clause, point, targets, diagnostics);
      if (probes.length > limit) {
        const message = `a script has at most ${limit} probes, wildcards counted as what they match`;
        diagnostics.error('too-many-probes', point.span, message, raiseLimit(probes.length));
        return [];
      }
    }
    missing.close(probes.length > before);
  }
  if (probes.length > config.maxProbes && config.maxProbes < defaultConfig.maxProbes) {
    const { span } = script.clauses[0] ?? script;
    diagnostics.error('too-many-probes', span, tooMany(probes.length, config), raiseLimit(probes.length));
  }
  return probes;
}

function sameWidths(targets: readonly ProbeTarget[]): readonly ProbeTarget[] {
  if (targets.length < 2) return targets;
  const longest = (text: (target: ProbeTarget) => string) =>
    targets.reduce((most, target) => Math.max(most, textBytes(text(target)).length), 0);
  const widths = { name: longest(({ name }) => name), function: longest((target) => target.function ?? '') };
  return targets.map((target) => ({ ...target, widths }));
}

function expandPoint(point: AttachPoint, context: ExpandContext) {
  const name = point.parts[0] ?? '';
  const provider = findProvider(name);
  if (provider !== undefined) return provider.expand(point, context);
  const names = providers.flatMap((candidate) => [candidate.name, ...candidate.aliases.filter((a) => a.length > 2)]);
  context.diagnostics.error('unknown-probe', point.span, `Invalid probe type: ${name}`, () => didYouMean(name, names));
  return [];
}
