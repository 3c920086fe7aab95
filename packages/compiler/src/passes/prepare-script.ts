import { type CompileConfig, type CompileEnv, configOf } from '../env.ts';
import type { Diagnostics } from '../source/diagnostic.ts';
import type { Script } from '../syntax/ast.ts';
import { ScriptTypes } from '../types/c-definitions.ts';
import { applyConfig, configFromEnvironment } from './apply-config.ts';
import { bindParameters } from './bind-parameters.ts';
import { configValues } from './config-values.ts';
import { expandMacros } from './expand-macros.ts';
import { joinLiterals } from './join-literals.ts';
import { symbolicFunctions } from './symbolic-functions.ts';

export interface PreparedScript {
  /** Without macros, names of `#define` and parameters. */
  readonly script: Script;
  readonly config: CompileConfig;
  /** Knows the types of the script too. */
  readonly env: CompileEnv;
}

/** The passes that leave nothing in the tree but what the types and the code are made of. */
export function prepareScript(parsed: Script, env: CompileEnv, diagnostics: Diagnostics): PreparedScript {
  const fromScript = applyConfig(parsed.config, env.pageSize, diagnostics);
  const fromEnvironment = configFromEnvironment(env.environment ?? {}, env.pageSize);
  for (const error of fromEnvironment.errors) diagnostics.error('options', { start: 0, end: 0 }, error);
  const config = configOf(env, { ...fromScript, ...fromEnvironment.config });
  const bound = bindParameters(parsed, env, diagnostics);
  const expanded = configValues(expandMacros(bound, diagnostics), config, env.pageSize);
  const script = symbolicFunctions(joinLiterals(expanded));
  return { script, config, env: withScriptTypes(script, env, diagnostics) };
}

/** Where no kernel is known no type is: any name may be one. */
function withScriptTypes({ definitions }: Script, env: CompileEnv, diagnostics: Diagnostics): CompileEnv {
  if (env.tracepoints === null && env.types === undefined) return env;
  if (definitions.every(({ kind }) => kind === 'define-definition')) return env;
  return { ...env, types: new ScriptTypes(definitions, env.types, diagnostics) };
}
