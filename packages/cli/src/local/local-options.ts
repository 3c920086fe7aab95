import { type CommandLine, type GivenOption, type OptionSpec, readCommandLine } from './getopt.ts';

type Name = (typeof specs)[number]['name'];
type Value<Spec> = Spec extends { readonly takesValue: true } ? string : true;

/** bpftrace 0.27's options, with the same spellings. */
const specs = [
  { name: 'script', spellings: ['e'], takesValue: true },
  { name: 'list', spellings: ['l', 'list'] },
  { name: 'verbose', spellings: ['v', 'verbose'] },
  { name: 'help', spellings: ['h', 'help'] },
  { name: 'version', spellings: ['V', 'version'] },
  { name: 'info', spellings: ['info'] },
  { name: 'pid', spellings: ['p', 'pid'], takesValue: true },
  { name: 'command', spellings: ['c', 'cmd'], takesValue: true },
  { name: 'dwarfPid', spellings: ['dwarf-pid'], takesValue: true },
  { name: 'usdtFileActivation', spellings: ['usdt-file-activation'] },
  { name: 'output', spellings: ['o', 'output'], takesValue: true },
  { name: 'format', spellings: ['f', 'format'], takesValue: true },
  { name: 'buffering', spellings: ['B'], takesValue: true },
  { name: 'quiet', spellings: ['q', 'quiet'] },
  { name: 'readWarnings', spellings: ['k', 'warnings'] },
  { name: 'noWarnings', spellings: ['no-warnings'] },
  { name: 'includeFolder', spellings: ['I'], takesValue: true },
  { name: 'include', spellings: ['include'], takesValue: true },
  { name: 'debugInfo', spellings: ['debuginfo'], takesValue: true },
  { name: 'traceableFunctions', spellings: ['traceable-functions'], takesValue: true },
  { name: 'unsafe', spellings: ['unsafe'] },
  { name: 'noFeature', spellings: ['no-feature'], takesValue: true },
  { name: 'mode', spellings: ['mode'], takesValue: true },
  { name: 'test', spellings: ['test'] },
  { name: 'bench', spellings: ['bench'] },
  { name: 'probeFilter', spellings: ['probe-filter'], takesValue: true },
  { name: 'fmt', spellings: ['fmt'] },
  { name: 'dryRun', spellings: ['dry-run'] },
  { name: 'verifyIr', spellings: ['verify-llvm-ir'] },
  { name: 'debug', spellings: ['d', 'debug'], takesValue: true },
  { name: 'emitElf', spellings: ['emit-elf'], takesValue: true },
  { name: 'emitIr', spellings: ['emit-llvm'], takesValue: true },
  { name: 'btf', spellings: ['b', 'btf'] },
] as const satisfies readonly OptionSpec<string>[];

type Given = { readonly [Spec in (typeof specs)[number] as Spec['name']]?: Value<Spec> };

/** What `bpfleet local` is asked for. */
export interface LocalOptions {
  readonly given: Given;
  /** Of `-d`, in order and once each. */
  readonly stages: readonly string[];
  readonly includes: readonly string[];
  readonly includeFolders: readonly string[];
  /** Of `--no-feature`. */
  readonly withoutFeatures: readonly string[];
  /** The script's file, absent with -e; with --list a file or a pattern. */
  readonly file?: string;
  /** `$1`, `$2` ... */
  readonly positional: readonly string[];
  /** `name` or `name=value`, for getopt(). */
  readonly named: readonly string[];
  /** All words after the file, in their order. */
  readonly words: readonly string[];
}

/** What is to be done: run, or tell something and exit with a status. */
export type LocalCall =
  | { readonly kind: 'run'; readonly options: LocalOptions }
  | { readonly kind: 'version' }
  | { readonly kind: 'info'; readonly withoutFeatures: readonly string[] }
  /** Help that was asked for. */
  | { readonly kind: 'help' }
  /** Help on stderr because the call is wrong, after a message where there is one. */
  | { readonly kind: 'usage'; readonly message?: string }
  /** An error that is told as `ERROR: ...`, followed by the help where `usage`. */
  | { readonly kind: 'error'; readonly message: string; readonly usage?: boolean };

const MODES = ['codegen', 'compiler-bench', 'bench', 'test', 'format'];
/** bpftrace's stages, and ours by their own names. */
const STAGES = ['ast', 'types', 'codegen', 'codegen-opt', 'dis', 'libbpf', 'verifier', 'parse', 'ir', 'asm'];
const FEATURES = ['kprobe_multi', 'kprobe_session', 'uprobe_multi'];

/** Reads the words after `local`. What is wrong is told in the order of the command line, as bpftrace does. */
export function readLocalCall(words: readonly string[], env: NodeJS.ProcessEnv = process.env): LocalCall {
  const line: CommandLine<Name> = readCommandLine(words, specs, env.POSIXLY_CORRECT !== undefined);
  const given: Record<string, string | true> = {};
  const lists = {
    debug: [] as string[],
    include: [] as string[],
    includeFolder: [] as string[],
    noFeature: [] as string[],
  };
  for (const option of line.options) {
    const call = atOnce(option, given, lists.noFeature);
    if (call !== null) return call;
    if (option.name in lists) lists[option.name as keyof typeof lists].push(...wordsOf(option));
    const spec: OptionSpec<Name> | undefined = specs.find(({ name }) => name === option.name);
    given[option.name] = spec?.takesValue === true ? option.value : true;
  }
  if (line.error !== undefined) return { kind: 'usage', message: line.error };
  if (words.length === 0) return { kind: 'usage' };
  if (nonEmpty(given.command) && nonEmpty(given.pid)) {
    return { kind: 'error', message: 'USAGE: Cannot use both -c and -p.', usage: true };
  }
  return withOperands(line.operands, {
    given: given as Given,
    stages: [...new Set(lists.debug)],
    includes: lists.include,
    includeFolders: lists.includeFolder,
    withoutFeatures: lists.noFeature,
  });
}

/** What an option ends or refuses as soon as it is read; null where it only says something for later. */
function atOnce(
  { name, value }: GivenOption<Name>,
  before: Readonly<Record<string, string | true>>,
  withoutFeatures: readonly string[],
): LocalCall | null {
  const wrong = (message: string): LocalCall => ({ kind: 'error', message: `USAGE: ${message}` });
  switch (name) {
    case 'help':
      return { kind: 'help' };
    case 'version':
      return { kind: 'version' };
    case 'info':
      return { kind: 'info', withoutFeatures };
    case 'buffering':
      return ['line', 'full', 'none'].includes(value) ? null : wrong("-B must be either 'line', 'full', or 'none'.");
    case 'debug': {
      const stage = value.split(',').find((each) => each !== '' && each !== 'all' && !STAGES.includes(each));
      return stage === undefined ? null : wrong(`invalid option for -d: ${stage}`);
    }
    case 'mode':
      return MODES.includes(value)
        ? null
        : wrong("--mode can only be 'codegen', 'compiler-bench', 'bench', 'test' or 'format'.");
    case 'test':
    case 'bench':
    case 'fmt':
      return ['mode', 'test', 'bench', 'fmt'].some((mode) => mode in before)
        ? wrong(`--${name} conflicts with existing --mode`)
        : null;
    case 'noFeature':
      return value.split(',').every((feature) => FEATURES.includes(feature))
        ? null
        : wrong(`--no-feature can only have values '${FEATURES.join(',')}'.`);
    case 'noWarnings':
      return 'readWarnings' in before ? wrong('-k, --warnings conflicts with --no-warnings') : null;
    case 'readWarnings':
      if ('readWarnings' in before)
        return wrong(
          '-kk has been deprecated. Use a single -k for runtime warnings for errors in map lookups and probe reads.',
        );
      return 'noWarnings' in before ? wrong('-k, --warnings conflicts with --no-warnings') : null;
    default:
      return null;
  }
}

function withOperands(
  operands: readonly string[],
  read: Omit<LocalOptions, 'file' | 'positional' | 'named' | 'words'>,
): LocalCall {
  const { given } = read;
  if (given.list === true) {
    const [target, ...more] = operands;
    if (more.length > 0) return { kind: 'usage' };
    const file = target === undefined ? {} : { file: target };
    return { kind: 'run', options: { ...read, ...file, positional: [], named: [], words: [] } };
  }
  const hasScript = nonEmpty(given.script);
  const [first, ...others] = operands;
  if (!hasScript && first === undefined) {
    return { kind: 'error', message: "USAGE: filename or -e 'program' required." };
  }
  const file = hasScript || first === undefined ? {} : { file: first };
  const parameters = hasScript ? operands : others;
  return {
    kind: 'run',
    options: {
      ...read,
      ...file,
      positional: parameters.filter((word) => !word.startsWith('--')),
      named: parameters.filter((word) => word.startsWith('--')).map((word) => word.slice(2)),
      words: parameters,
    },
  };
}

function wordsOf({ name, value }: GivenOption<Name>): string[] {
  if (name === 'include' || name === 'includeFolder') return [value];
  return value.split(',').flatMap((word) => (word === 'all' ? STAGES : word === '' ? [] : [word]));
}

function nonEmpty(value: string | true | undefined): boolean {
  return value !== undefined && value !== '';
}
