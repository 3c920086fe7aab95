import type { CompileConfig } from '../env.ts';

/** A value as it stands in the config of a script; of the environment it is a text. */
export type ConfigValue = bigint | string | boolean;

/** What an option makes of a value: settings, or a sentence why it makes nothing. */
export type OptionResult = { readonly config: Partial<CompileConfig> } | { readonly error: string };

export interface ConfigOption {
  /** Reads a value. `pageSize`: bytes of a page, of options that count them. */
  readonly read: (name: string, value: ConfigValue, pageSize: number) => OptionResult;
}

const MAX_BYTES = 1n << 20n;
const MAX_COUNT = 1n << 31n;

/** Licenses with which the kernel lets a program use all helpers (include/linux/license.h). */
const licenses = [...['Dual MIT/GPL', 'Dual BSD/GPL', 'Dual MPL/GPL', 'GPL and additional rights', 'GPL v2', 'GPL']];
const licenseHelp =
  'Read more about BPF programs and licensing: https://docs.kernel.org/bpf/bpf_licensing.html#using-bpf-programs-in-the-linux-kernel';

/** The options of bpftrace 0.27 by name. Those that mean nothing here are checked all the same. */
export const configOptions: ReadonlyMap<string, ConfigOption> = new Map(
  Object.entries({
    cache_user_symbols: choice(
      ['PER_PID', 'PER_PROGRAM', 'NONE'],
      (value) => ({ cacheUserSymbols: value }),
      symbolCache,
    ),
    cpp_demangle: boolean((value) => ({ cppDemangle: value })),
    lazy_symbolication: boolean((value) => ({ lazySymbolication: value })),
    license: { read: (_name, value) => readLicense(String(value)) },
    log_size: number(0n, MAX_COUNT, () => ({})),
    max_bpf_progs: number(1n, MAX_COUNT, (value) => ({ maxPrograms: value })),
    max_cat_bytes: number(0n, MAX_BYTES, (value) => ({ maxCatBytes: value })),
    max_map_keys: number(1n, MAX_COUNT, (value) => ({ maxMapKeys: value })),
    max_probes: number(0n, MAX_COUNT, (value) => ({ maxProbes: value })),
    max_strlen: number(1n, MAX_BYTES, (value) => ({ maxStringLength: value })),
    missing_probes: choice(['ignore', 'warn', 'error'], (value) => ({ missingProbes: value }), lowerCase),
    on_stack_limit: number(0n, MAX_COUNT, (value) => ({ onStackLimit: value })),
    perf_rb_pages: { read: readPages },
    print_maps_on_exit: boolean((value) => ({ printMapsOnExit: value })),
    show_debug_info: boolean((value) => ({ showDebugInfo: value })),
    stack_mode: choice(['bpftrace', 'raw', 'perf', 'build_id'], (value) => ({ stackMode: value })),
    str_trunc_trailer: { read: (_name, value) => ({ config: { stringTrailer: text(value) } }) },
    unstable_tseries: unstable((value) => ({ unstableTseries: value })),
    unstable_typeinfo: unstable(() => ({})),
    use_blazesym: boolean(() => ({})),
  } satisfies Record<string, ConfigOption>),
);

/** Older names. Of `no_cpp_demangle` the meaning is the opposite. */
export const renamedOptions: ReadonlyMap<string, string> = new Map([
  ['strlen', 'max_strlen'],
  ['map_keys_max', 'max_map_keys'],
  ['cat_bytes_max', 'max_cat_bytes'],
  ['no_cpp_demangle', 'cpp_demangle'],
]);

export const deprecatedOptions: ReadonlySet<string> = new Set([
  ...['max_type_res_iterations', 'max_ast_nodes', 'symbol_source', 'unstable_addr', 'unstable_import'],
  ...['unstable_import_statement', 'unstable_macro', 'unstable_map_decl', 'unstable_dw_ustack'],
]);

/** Options that only the environment can set: they are about files, which a script does not know. */
export const environmentOptions: ReadonlySet<string> = new Set(['btf', 'kernel_source', 'kernel_build', 'vmlinux']);

function text(value: ConfigValue): string {
  return typeof value === 'boolean' ? (value ? '1' : '0') : String(value);
}

function number(minimum: bigint, maximum: bigint, apply: (value: number) => Partial<CompileConfig>): ConfigOption {
  return {
    read: (name, value) => {
      const count = integerOf(value);
      if (count === undefined) return { error: `${name}: expecting a number, got ${text(value)}` };
      if (count >= minimum && count <= maximum) return { config: apply(Number(count)) };
      return { error: `${name}: must be from ${minimum} to ${maximum}, got ${count}` };
    },
  };
}

function integerOf(value: ConfigValue): bigint | undefined {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'boolean') return value ? 1n : 0n;
  const match = /^\s*(0x[0-9a-f]{1,16}|[0-9]{1,20})\s*$/i.exec(value)?.[1];
  if (match === undefined) return undefined;
  return BigInt(/^0[0-9]/.test(match) ? (/^[0-7]+$/.test(match) ? `0o${match}` : match) : match);
}

function boolean(apply: (value: boolean) => Partial<CompileConfig>): ConfigOption {
  return {
    read: (name, value) => {
      // Any number is accepted in a script, as bpftrace does.
      if (typeof value !== 'string') return { config: apply(Boolean(value)) };
      if (/^(?:true|yes|1)$/.test(value)) return { config: apply(true) };
      if (/^(?:false|no|0)$/.test(value)) return { config: apply(false) };
      return { error: `${name}: Invalid bool value: valid values are true, false, 1 or 0.` };
    },
  };
}

function choice<T extends string>(
  values: readonly T[],
  apply: (value: T) => Partial<CompileConfig>,
  normalize: (value: string) => string = (value) => value,
): ConfigOption {
  return {
    read: (name, value) => {
      const found = values.find((candidate) => candidate === normalize(text(value)));
      if (found !== undefined) return { config: apply(found) };
      const list = `${values.slice(0, -1).join(', ')}, and ${values.at(-1)}`;
      return { error: `${name}: Invalid value for ${name}: valid values are ${list}.` };
    },
  };
}

function lowerCase(value: string): string {
  return value.toLowerCase();
}

/** As a switch, which it once was. */
function symbolCache(value: string): string {
  return value === '1' ? 'PER_PROGRAM' : value === '0' ? 'NONE' : value;
}

function unstable(apply: (value: CompileConfig['unstableTseries']) => Partial<CompileConfig>): ConfigOption {
  return {
    read: (name, value) => {
      const word = text(value).toLowerCase();
      if (word === 'enable' || word === '1' || word === 'true') return { config: apply('enable') };
      if (word === 'error' || word === '0' || word === 'false') return { config: apply('error') };
      if (word === 'warn') return { config: apply('warn') };
      return { error: `${name}: Invalid value for unstable config: valid values are enable, warn, and error.` };
    },
  };
}

function readLicense(value: string): OptionResult {
  if (licenses.includes(value)) return { config: { license: value } };
  const valid = `Valid values: ${licenses.join(', ')}`;
  return { error: `Invalid value for license. Found: ${value}. ${valid}. ${licenseHelp}` };
}

/** The ring of events: a power of two of pages, which the kernel wants. */
function readPages(name: string, value: ConfigValue, pageSize: number): OptionResult {
  const maximum = 1n << 16n;
  const read = number(1n, maximum, (pages) => ({
    eventRingBytes: 2 ** Math.ceil(Math.log2(pages)) * pageSize,
  }));
  return read.read(name, value, pageSize);
}
