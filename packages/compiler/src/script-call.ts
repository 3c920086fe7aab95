/** How a script was called: what its command line and its caller's environment say beside the script itself. */
export interface ScriptCall {
  /** `$1`, `$2` ...; `$#` is how many. */
  readonly positional?: readonly string[];
  /** `name` or `name=value`, as given after `--`; for getopt(). */
  readonly named?: readonly string[];
  /** Variables named BPFTRACE_*, which set what the config block sets. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Updates that a map refuses are told at once, with their place. */
  readonly helperErrors?: boolean;
  /** Failed reads of memory and map lookups are told (`-k`). */
  readonly readWarnings?: boolean;
  /** Only probes whose name this regular expression matches (`--probe-filter`). */
  readonly probeFilter?: string;
  /** C files to include before the script (`--include`), and where to look for them (`-I`). */
  readonly includes?: readonly string[];
  readonly includeFolders?: readonly string[];
}

/** Arguments as words of a command line: those that begin with `--` have names. */
export function callOf(words: readonly string[]): Pick<ScriptCall, 'positional' | 'named'> {
  return {
    positional: words.filter((word) => !word.startsWith('--')),
    named: words.filter((word) => word.startsWith('--')).map((word) => word.slice(2)),
  };
}
