import { describe, expect, test } from 'vitest';
import { Diagnostics } from '../source/diagnostic.ts';
import { SourceText } from '../source/text.ts';
import { parseScript } from '../syntax/parse-script.ts';
import { applyConfig, configFromEnvironment } from './apply-config.ts';

function configured(text: string) {
  const source = `config = { ${text} } begin { }`;
  const diagnostics = new Diagnostics(new SourceText(source));
  const config = applyConfig(parseScript(source, diagnostics).config, 4096, diagnostics);
  return { config, said: diagnostics.list().map((d) => `${d.column}-${d.endColumn} ${d.severity} ${d.message}`) };
}

describe('what a script sets', () => {
  test.each([
    ['max_strlen = 64; max_map_keys = "0x10"', { maxStringLength: 64, maxMapKeys: 16 }],
    ['MAX_STRLEN = 64; BPFTRACE_MAX_PROBES = 7', { maxStringLength: 64, maxProbes: 7 }],
    ['max_strlen = 1; max_strlen = 2', { maxStringLength: 2 }],
    ['max_bpf_progs = 5; max_cat_bytes = 6; on_stack_limit = 7', { maxPrograms: 5, maxCatBytes: 6, onStackLimit: 7 }],
    ['perf_rb_pages = 5', { eventRingBytes: 8 * 4096 }],
    ['print_maps_on_exit = 0; show_debug_info = false', { printMapsOnExit: false, showDebugInfo: false }],
    ['print_maps_on_exit = 5; cpp_demangle = "false"', { printMapsOnExit: true, cppDemangle: false }],
    ['stack_mode = perf; missing_probes = WARN', { stackMode: 'perf', missingProbes: 'warn' }],
    ['license = "GPL v2"; str_trunc_trailer = ""', { license: 'GPL v2', stringTrailer: '' }],
    ['cache_user_symbols = 1; lazy_symbolication = true', { cacheUserSymbols: 'PER_PROGRAM', lazySymbolication: true }],
    [
      'unstable_tseries = enable; unstable_typeinfo = warn; use_blazesym = 1; log_size = 5',
      { unstableTseries: 'enable' },
    ],
  ])('%s', (text, config) => {
    expect(configured(text)).toEqual({ config, said: [] });
  });
});

describe('what is said about it', () => {
  test.each([
    ['foo = 1', '12-19 error foo: not a known configuration option'],
    ['max_strlen = x', '12-26 error max_strlen: expecting a number, got x'],
    ['max_strlen = 0', '12-26 error max_strlen: must be from 1 to 1048576, got 0'],
    [
      'max_map_keys = 18446744073709551615',
      '12-47 error max_map_keys: must be from 1 to 2147483648, got 18446744073709551615',
    ],
    [
      'stack_mode = x',
      '12-26 error stack_mode: Invalid value for stack_mode: valid values are bpftrace, raw, perf, and build_id.',
    ],
    [
      'missing_probes = true',
      '12-33 error missing_probes: Invalid value for missing_probes: valid values are ignore, warn, and error.',
    ],
    [
      'print_maps_on_exit = x',
      '12-34 error print_maps_on_exit: Invalid bool value: valid values are true, false, 1 or 0.',
    ],
    [
      'unstable_tseries = x',
      '12-32 error unstable_tseries: Invalid value for unstable config: valid values are enable, warn, and error.',
    ],
    ['btf = "x"', '12-21 error btf: can only be set as an environment variable'],
    ['unstable_map_decl = 1', '12-33 warning unstable_map_decl is deprecated and has no effect'],
    ['strlen = 5', '12-22 warning strlen has been renamed, please use max_strlen'],
  ])('%s', (text, said) => {
    expect(configured(text).said).toEqual([said]);
  });

  test('a license that the kernel does not take', () => {
    expect(configured('license = "MIT"').said[0]).toMatch(/^12-27 error Invalid value for license. Found: MIT. /);
  });
});

test('the environment', () => {
  const variables = { BPFTRACE_MAX_STRLEN: '64', BPFTRACE_NO_CPP_DEMANGLE: '1', BPFTRACE_FOO: '1', PATH: '/bin' };
  expect(configFromEnvironment(variables, 4096)).toEqual({
    config: { maxStringLength: 64, cppDemangle: false },
    errors: [],
  });
  expect(configFromEnvironment({ BPFTRACE_MAX_STRLEN: 'x', BPFTRACE_STACK_MODE: '' }, 4096).errors).toEqual([
    'max_strlen: expecting a number, got x',
    'stack_mode: Invalid value for stack_mode: valid values are bpftrace, raw, perf, and build_id.',
  ]);
});
