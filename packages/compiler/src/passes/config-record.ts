import type { CompileConfig } from '../env.ts';
import type { Diagnostics } from '../source/diagnostic.ts';
import type { Span } from '../source/span.ts';
import type { Call, Expression, Identifier, Script } from '../syntax/ast.ts';
import { Transform } from '../syntax/transform.ts';

type Value = number | string | boolean;

/** What a script sees of its configuration, in bpftrace's order; what means nothing here has the value that it has there. */
function fieldsOf(config: CompileConfig, pageSize: number): Readonly<Record<string, Value>> {
  return {
    cpp_demangle: config.cppDemangle,
    lazy_symbolication: config.lazySymbolication,
    print_maps_on_exit: config.printMapsOnExit,
    use_blazesym: false,
    show_debug_info: config.showDebugInfo,
    log_size: 1_000_000,
    max_bpf_progs: config.maxPrograms,
    max_cat_bytes: config.maxCatBytes,
    max_map_keys: config.maxMapKeys,
    max_probes: config.maxProbes,
    max_strlen: config.maxStringLength,
    on_stack_limit: config.onStackLimit,
    perf_rb_pages: Math.ceil(config.eventRingBytes / pageSize),
    str_trunc_trailer: config.stringTrailer,
    unstable_tseries: config.unstableTseries,
    missing_probes: config.missingProbes,
    stack_mode: config.stackMode,
    license: config.license,
  };
}

/** Puts a record of the configuration in place of `config()`, and the value alone in place of one field of it. */
export function configRecord(
  script: Script,
  config: CompileConfig,
  pageSize: number,
  diagnostics: Diagnostics,
): Script {
  const written = new Written(fieldsOf(config, pageSize), diagnostics);
  return { ...script, clauses: script.clauses.map((clause) => written.clause(clause)) };
}

class Written extends Transform {
  readonly #fields: Readonly<Record<string, Value>>;
  readonly #diagnostics: Diagnostics;

  constructor(fields: Readonly<Record<string, Value>>, diagnostics: Diagnostics) {
    super();
    this.#fields = fields;
    this.#diagnostics = diagnostics;
  }

  override expression(expression: Expression): Expression {
    if (isConfig(expression)) return this.#record(expression);
    if (expression.kind !== 'member' || !isConfig(expression.object)) return super.expression(expression);
    const value = this.#fields[expression.name];
    return value === undefined ? super.expression(expression) : literal(value, expression.span);
  }

  #record(use: Call | Identifier): Expression {
    const { span } = use;
    const length = use.kind === 'call' ? use.arguments.length : 0;
    if (length > 0) {
      const message = `config() requires no arguments (${length} provided)`;
      this.#diagnostics.error('invalid-argument', span, message);
    }
    const fields = Object.entries(this.#fields).map(([name, value]) => ({ name, value: literal(value, span), span }));
    return { kind: 'record', fields, span };
  }
}

function isConfig(expression: Expression): expression is Call | Identifier {
  return (expression.kind === 'call' || expression.kind === 'identifier') && expression.name === 'config';
}

function literal(value: Value, span: Span): Expression {
  if (typeof value === 'string') return { kind: 'string', value, span };
  if (typeof value === 'boolean') return { kind: 'boolean', value, span };
  return { kind: 'integer', value: BigInt(value), text: String(value), span };
}
