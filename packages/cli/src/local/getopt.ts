/** An option of a command line: its one-letter spellings and its long ones. */
export interface OptionSpec<Name extends string> {
  readonly name: Name;
  /** Letters and long names, without their dashes. */
  readonly spellings: readonly string[];
  readonly takesValue?: boolean;
}

export interface GivenOption<Name extends string> {
  readonly name: Name;
  /** Empty where the option takes none. */
  readonly value: string;
}

/** Options in the order given, and everything else. */
export interface CommandLine<Name extends string> {
  readonly options: readonly GivenOption<Name>[];
  readonly operands: readonly string[];
  /** What is wrong with the first option that is wrong; the options before it are given. */
  readonly error?: string;
}

/**
 * Takes a command line apart as getopt_long(3) of glibc does: letters may be joined (`-qe TEXT`, `-oFILE`), long options
 * take their value after `=` or as the next word and may be cut short where that is no other option, options may follow
 * operands unless `posix`, and `--` ends them. A lone `-` is an operand.
 */
export function readCommandLine<Name extends string>(
  words: readonly string[],
  specs: readonly OptionSpec<Name>[],
  posix = false,
): CommandLine<Name> {
  const options: GivenOption<Name>[] = [];
  const operands: string[] = [];
  const failed = (error: string) => ({ options, operands, error });
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    if (word === '--') return { options, operands: [...operands, ...words.slice(at + 1)] };
    if (word === '-' || !word.startsWith('-')) {
      if (posix) return { options, operands: words.slice(at) };
      operands.push(word);
      continue;
    }
    const found = word.startsWith('--') ? readLong(word, specs) : readLetters(word, specs);
    options.push(...found.options);
    if (found.error !== undefined) return failed(found.error);
    if (found.needsValue === undefined) continue;
    const value = words[++at];
    if (value === undefined) return failed(found.needsValue.error);
    options.push({ name: found.needsValue.name, value });
  }
  return { options, operands };
}

/** What one word says; `needsValue` where the next word is the value of its last option. */
interface Word<Name extends string> {
  readonly options: readonly GivenOption<Name>[];
  readonly needsValue?: { readonly name: Name; readonly error: string };
  readonly error?: string;
}

function readLong<Name extends string>(word: string, specs: readonly OptionSpec<Name>[]): Word<Name> {
  const equals = word.indexOf('=');
  const written = equals < 0 ? word.slice(2) : word.slice(2, equals);
  const long = specs.flatMap((spec) =>
    spec.spellings.filter((spelling) => spelling.length > 1).map((spelling) => ({ spec, spelling })),
  );
  const exact = long.filter(({ spelling }) => spelling === written);
  const matches = exact.length > 0 ? exact : long.filter(({ spelling }) => spelling.startsWith(written));
  const [match] = matches;
  if (match === undefined) return { options: [], error: `unrecognized option '--${written}'` };
  if (matches.some(({ spec }) => spec !== match.spec)) {
    const possible = matches.map(({ spelling }) => `'--${spelling}'`).join(' ');
    return { options: [], error: `option '--${written}' is ambiguous; possibilities: ${possible}` };
  }
  const { spec, spelling } = match;
  if (spec.takesValue !== true) {
    return equals < 0
      ? { options: [{ name: spec.name, value: '' }] }
      : { options: [], error: `option '--${spelling}' doesn't allow an argument` };
  }
  return equals < 0
    ? { options: [], needsValue: { name: spec.name, error: `option '--${spelling}' requires an argument` } }
    : { options: [{ name: spec.name, value: word.slice(equals + 1) }] };
}

function readLetters<Name extends string>(word: string, specs: readonly OptionSpec<Name>[]): Word<Name> {
  const options: GivenOption<Name>[] = [];
  for (let at = 1; at < word.length; at++) {
    const letter = word[at] ?? '';
    const spec = specs.find(({ spellings }) => spellings.includes(letter));
    if (spec === undefined) return { options, error: `invalid option -- '${letter}'` };
    if (spec.takesValue !== true) {
      options.push({ name: spec.name, value: '' });
    } else if (at + 1 < word.length) {
      options.push({ name: spec.name, value: word.slice(at + 1) });
      break;
    } else {
      return { options, needsValue: { name: spec.name, error: `option requires an argument -- '${letter}'` } };
    }
  }
  return { options };
}
