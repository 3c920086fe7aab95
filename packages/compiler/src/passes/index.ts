import type { CompileEnv } from '../env.ts';
import type { Script } from '../syntax/ast.ts';
import type { MapLayout } from '../types/map-layout.ts';
import { int64 } from '../types/type.ts';
import { checkDeclarations } from './check-declarations.ts';
import { checkLimits } from './check-limits.ts';
import { collectMaps } from './collect-maps.ts';
import { expandProbes } from './expand-probes.ts';
import { checkTypes, inferTypes } from './infer-types.ts';
import { layoutMap } from './layout-maps.ts';
import type { AnalysisContext, Bindings, MapSymbol, TypedProbe } from './model.ts';
import { withProgramTypes } from './probe-types.ts';
import { resolveNames } from './resolve-names.ts';
import { warnUnreachable } from './warn-unreachable.ts';
import { writeOutArguments } from './whole-arguments.ts';

/** What is known of a script before any code is made. */
export interface Analysis {
  readonly probes: readonly TypedProbe[];
  readonly bindings: Bindings;
  readonly layouts: ReadonlyMap<string, MapLayout>;
  /** Knows the types of the programs that are probed. */
  readonly env: CompileEnv;
}

/** Maps that only ever hold what was in them, such as `@x = @x`, are of numbers, as in bpftrace; whether there are any. */
function settleValues(maps: Iterable<MapSymbol>): boolean {
  let settled = false;
  for (const symbol of maps) {
    if (!symbol.written || (symbol.value !== undefined && symbol.value.kind !== 'unknown')) continue;
    symbol.value = int64;
    settled = true;
  }
  return settled;
}

/** The passes over the tree, in order. Each reports what it finds and goes on, so that all mistakes come at once. */
export function analyze(parsed: Script, context: AnalysisContext): Analysis {
  const { config, diagnostics } = context;
  const { probes: expanded, env } = withProgramTypes(expandProbes(parsed, context), context.env, diagnostics);
  const { script, probes } = writeOutArguments(parsed, expanded);
  const names = { diagnostics, types: env.types, permissive: env.tracepoints === null };
  const { bindings, doubts } = resolveNames(script, names);
  warnUnreachable(script, diagnostics);
  const maps = collectMaps(script);
  checkDeclarations(script, maps, diagnostics);
  const input = { env, config, maps, bindings, doubts };
  let typed = checkTypes(inferTypes(probes, input), input, diagnostics);
  if (env.tracepoints !== null && !diagnostics.hasErrors && settleValues(maps.values())) {
    typed = checkTypes(inferTypes(probes, input), input, diagnostics);
  }
  const layouts = new Map([...maps].map(([name, symbol]) => [name, layoutMap(symbol, config, env.types)]));
  checkLimits(maps, layouts, context);
  return { probes: typed, bindings, layouts, env };
}
