import { OracleError } from './oracle-error.ts';

/** How the script reaches the tool. */
const ways = ['argument', 'file', 'stdin', 'none'] as const;

/** One script, and how both tools are to run it. */
export interface OracleCase {
  /** The file's name without its ending. */
  readonly group: string;
  readonly title: string;
  readonly script: string;
  readonly way: (typeof ways)[number];
  /** Before the script, as the shell splits them. */
  readonly options: string;
  /** After the script. */
  readonly arguments: string;
  /** Arguments of the target program, given to -c: its end ends the trace. */
  readonly child: string | null;
  /** A command of the shell, run once everything is attached; the trace is interrupted when it ends. */
  readonly after: string | null;
  /** A target that runs already; its pid is {{pid}} and it is killed afterwards. */
  readonly before: string | null;
  /** Whether the trace ends by itself although there is an `after`. */
  readonly ends: boolean;
  readonly env: Readonly<Record<string, string>>;
  readonly masks: readonly Mask[];
  /** The order of lines is not defined. */
  readonly sort: boolean;
  /** Why we mean to differ, where we do. */
  readonly deviates: string | null;
}

/** What varies from run to run, and the word that stands for it. */
interface Mask {
  readonly pattern: RegExp;
  readonly word: string;
}

/** Masks that have a name. */
const named: Readonly<Record<string, Mask>> = {
  addresses: { pattern: /\b(0x)?[0-9a-f]{6,16}\b/g, word: 'ADDRESS' },
  numbers: { pattern: /\b\d+\b/g, word: 'NUMBER' },
  clock: { pattern: /\b\d\d:\d\d(:\d\d)?\b/g, word: 'CLOCK' },
};

/**
 * Reads a case file: `== title`, the script, then lines `-- key value`. Keys: options, arguments, script (argument, file,
 * stdin, none), child, after, before, ends, env NAME=VALUE, mask NAME or mask WORD /REGEX/, sort, deviates WHY.
 *
 * @throws OracleError for a key that there is not, with the case's title
 */
export function parseCaseFile(group: string, text: string): OracleCase[] {
  return text
    .split(/^== /m)
    .slice(1)
    .map((part) => parseCase(group, part));
}

function parseCase(group: string, part: string): OracleCase {
  const [title = '', ...lines] = part.trimEnd().split('\n');
  const isKey = (line: string) => line.startsWith('-- ');
  const found: { -readonly [Key in keyof OracleCase]: OracleCase[Key] } = {
    group,
    title,
    script: lines.filter((line) => !isKey(line)).join('\n'),
    way: 'argument',
    options: '',
    arguments: '',
    child: null,
    after: null,
    before: null,
    ends: false,
    env: {},
    masks: [],
    sort: false,
    deviates: null,
  };
  const bad = (why: string) => new OracleError(`${group}: "${title}": ${why}`);
  for (const line of lines.filter(isKey)) {
    const [, key, value = ''] = /^-- (\w+)(?: (.*))?$/.exec(line) ?? [];
    if (key === 'options' || key === 'arguments' || key === 'child' || key === 'after' || key === 'before') {
      found[key] = value;
    } else if (key === 'deviates') found.deviates = value;
    else if (key === 'ends' || key === 'sort') found[key] = true;
    else if (key === 'script') {
      const way = ways.find((each) => each === value);
      if (!way) throw bad(`a script comes as ${ways.join(', ')}, not as "${value}"`);
      found.way = way;
    } else if (key === 'env') {
      const [name = '', ...rest] = value.split('=');
      found.env = { ...found.env, [name]: rest.join('=') };
    } else if (key === 'mask') found.masks = [...found.masks, parseMask(value) ?? raise(bad(`no mask "${value}"`))];
    else throw bad(`there is no key in "${line}"`);
  }
  return found;
}

function parseMask(value: string): Mask | null {
  const own = /^([A-Z]+) \/(.+)\/$/.exec(value);
  if (own?.[1] && own[2]) return { pattern: new RegExp(own[2], 'gm'), word: own[1] };
  return named[value] ?? null;
}

function raise(error: Error): never {
  throw error;
}
