import { expect, test } from 'vitest';
import { defaultConfig } from '../env.ts';
import { Diagnostics } from '../source/diagnostic.ts';
import { SourceText } from '../source/text.ts';
import { parseScript } from '../syntax/parse-script.ts';
import { printScript } from '../syntax/printer.ts';
import { configRecord } from './config-record.ts';

test.each([
  ['config().max_strlen', '100'],
  ['config.stack_mode', '"bpftrace"'],
  ['config().print_maps_on_exit', 'true'],
  ['config().nothing', undefined],
  ['$config', '$config'],
])('%s is %s', (text, expected) => {
  const source = `begin { $x = ${text}; }`;
  const diagnostics = new Diagnostics(new SourceText(source));
  const script = parseScript(source, diagnostics);
  const printed = printScript(
    configRecord(script, { ...defaultConfig, maxStringLength: 100 }, 4096, diagnostics),
  ).replace(/\s+/g, ' ');
  const whole = /^begin \{ \$x = \(cpp_demangle=true, .*license="GPL"\)\.nothing; \}/;
  expect(printed.trim()).toEqual(expected === undefined ? expect.stringMatching(whole) : `begin { $x = ${expected}; }`);
});
