import type { CompileConfig } from '../env.ts';
import type { Diagnostics } from '../source/diagnostic.ts';
import { didYouMean } from '../source/did-you-mean.ts';
import type { ConfigEntry } from '../syntax/ast.ts';
import {
  type ConfigValue,
  configOptions,
  deprecatedOptions,
  environmentOptions,
  type OptionResult,
  renamedOptions,
} from './config-options.ts';

const prefix = /^bpftrace_/;

/** The settings of a script's `config = { ... }`; of a name given twice the last counts. */
export function applyConfig(
  entries: readonly ConfigEntry[],
  pageSize: number,
  diagnostics: Diagnostics,
): Partial<CompileConfig> {
  let config: Partial<CompileConfig> = {};
  for (const entry of entries) {
    const { span } = entry;
    const name = entry.name.toLowerCase().replace(prefix, '');
    const renamed = renamedOptions.get(name);
    if (renamed !== undefined) {
      diagnostics.warning('invalid-use', span, `${name} has been renamed, please use ${renamed}`);
    }
    if (environmentOptions.has(name)) {
      diagnostics.error('invalid-use', span, `${entry.name}: can only be set as an environment variable`);
    } else if (deprecatedOptions.has(name)) {
      diagnostics.warning('invalid-use', span, `${name} is deprecated and has no effect`);
    } else {
      const result = readOption(name, entry.value, pageSize);
      if (result === undefined) {
        const message = `${entry.name}: not a known configuration option`;
        diagnostics.error('unknown-name', span, message, () => didYouMean(name, configOptions.keys()));
      } else if ('error' in result) {
        diagnostics.error('invalid-argument', span, result.error);
      } else {
        config = { ...config, ...result.config };
      }
    }
  }
  return config;
}

/**
 * The settings of `BPFTRACE_MAX_STRLEN` and its like in an environment, and a sentence for each that is wrong. Variables
 * that are no option of bpftrace's are left alone.
 */
export function configFromEnvironment(
  variables: Readonly<Record<string, string | undefined>>,
  pageSize: number,
): { readonly config: Partial<CompileConfig>; readonly errors: readonly string[] } {
  let config: Partial<CompileConfig> = {};
  const errors: string[] = [];
  for (const [variable, value] of Object.entries(variables)) {
    if (value === undefined || !/^BPFTRACE_[A-Z_]+$/.test(variable)) continue;
    const result = readOption(variable.toLowerCase().replace(prefix, ''), value, pageSize);
    if (result === undefined) continue;
    if ('error' in result) errors.push(result.error);
    else config = { ...config, ...result.config };
  }
  return { config, errors };
}

/** undefined: there is no such option. */
function readOption(name: string, value: ConfigValue, pageSize: number): OptionResult | undefined {
  const current = renamedOptions.get(name) ?? name;
  const result = configOptions.get(current)?.read(current, value, pageSize);
  if (name !== 'no_cpp_demangle' || result === undefined || 'error' in result) return result;
  return { config: { cppDemangle: !result.config.cppDemangle } };
}
