import { Diagnostics } from '../source/diagnostic.ts';
import { SourceText } from '../source/text.ts';
import type { Macro } from '../syntax/ast.ts';
import { parseScript } from '../syntax/parse-script.ts';

/** Functions of bpftrace's library that the language itself can say. */
const source = `
  macro find(@map, key, $var) {
    let $key = key;
    if (has_key(@map, $key)) { $var = @map[$key]; true } else { false }
  }
  macro default_str_length() { config().max_strlen }
`;

let parsed: readonly Macro[] | undefined;

/** The macros that are there without a definition; a script's own of the same name hides one. */
export function libraryMacros(): readonly Macro[] {
  parsed ??= parseScript(`${source} begin { }`, new Diagnostics(new SourceText(source))).macros;
  return parsed;
}
