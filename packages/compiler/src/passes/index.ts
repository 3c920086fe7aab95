import type { Script } from '../syntax/ast.ts';
import type { MapLayout } from '../types/map-layout.ts';
import { checkDeclarations } from './check-declarations.ts';
import { checkLimits } from './check-limits.ts';
import { collectMaps } from './collect-maps.ts';
import { expandProbes } from './expand-probes.ts';
import { checkTypes, inferTypes } from './infer-types.ts';
import { layoutMap } from './layout-maps.ts';
import type { AnalysisContext, Bindings, TypedProbe } from './model.ts';
import { resolveNames } from './resolve-names.ts';

/** What is known of a script before any code is made. */
export interface Analysis {
  readonly probes: readonly TypedProbe[];
  readonly bindings: Bindings;
  readonly layouts: ReadonlyMap<string, MapLayout>;
}

/** The passes over the tree, in order. Each reports what it finds and goes on, so that all mistakes come at once. */
export function analyze(script: Script, context: AnalysisContext): Analysis {
  const { env, config, diagnostics } = context;
  const probes = expandProbes(script, context);
  const bindings = resolveNames(script, { diagnostics, types: env.types, permissive: env.tracepoints === null });
  const maps = collectMaps(script);
  checkDeclarations(script, maps, diagnostics);
  const input = { env, config, maps, bindings };
  const inferred = inferTypes(probes, input);
  const typed = checkTypes(inferred, input, diagnostics);
  const layouts = new Map([...maps].map(([name, symbol]) => [name, layoutMap(symbol, config, env.types)]));
  checkLimits(maps, layouts, context);
  return { probes: typed, bindings, layouts };
}
