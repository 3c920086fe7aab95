import type { CompileConfig } from '../env.ts';
import type { Expression, RecordLiteral, Script } from '../syntax/ast.ts';
import { Transform } from '../syntax/transform.ts';

type Span = Expression['span'];

/** Puts what the options are set to in place of `config()`, a record of them all, and of `config().max_strlen`. */
export function configValues(script: Script, config: CompileConfig, pageSize: number): Script {
  const values = new ConfigValues(config, pageSize);
  return { ...script, clauses: script.clauses.map((clause) => values.clause(clause)) };
}

class ConfigValues extends Transform {
  readonly #values: ReadonlyMap<string, string | number | boolean>;

  constructor(config: CompileConfig, pageSize: number) {
    super();
    this.#values = new Map<string, string | number | boolean>([
      ['cpp_demangle', config.cppDemangle],
      ['lazy_symbolication', config.lazySymbolication],
      ['print_maps_on_exit', config.printMapsOnExit],
      ['show_debug_info', config.showDebugInfo],
      ['max_bpf_progs', config.maxPrograms],
      ['max_cat_bytes', config.maxCatBytes],
      ['max_map_keys', config.maxMapKeys],
      ['max_probes', config.maxProbes],
      ['max_strlen', config.maxStringLength],
      ['on_stack_limit', config.onStackLimit],
      ['perf_rb_pages', config.eventRingBytes / pageSize],
      ['str_trunc_trailer', config.stringTrailer],
      ['unstable_tseries', config.unstableTseries],
      ['missing_probes', config.missingProbes],
      ['stack_mode', config.stackMode],
      ['license', config.license],
    ]);
  }

  override expression(expression: Expression): Expression {
    if (expression.kind === 'call' && expression.name === 'default_str_length' && expression.arguments.length === 0) {
      return literal(this.#values.get('max_strlen') ?? 0, expression.span);
    }
    if (isConfig(expression)) return this.#record(expression.span);
    if (expression.kind === 'member' && isConfig(expression.object)) {
      const value = this.#values.get(expression.name);
      if (value !== undefined) return literal(value, expression.span);
    }
    return super.expression(expression);
  }

  #record(span: Span): RecordLiteral {
    const fields = [...this.#values].map(([name, value]) => ({ name, value: literal(value, span), span }));
    return { kind: 'record', fields, span };
  }
}

function isConfig(expression: Expression): boolean {
  const named = expression.kind === 'identifier' || (expression.kind === 'call' && expression.arguments.length === 0);
  return named && expression.name === 'config';
}

function literal(value: string | number | boolean, span: Span): Expression {
  if (typeof value === 'string') return { kind: 'string', value, span };
  if (typeof value === 'boolean') return { kind: 'boolean', value, span };
  return { kind: 'integer', value: BigInt(value), text: `${value}`, span };
}
