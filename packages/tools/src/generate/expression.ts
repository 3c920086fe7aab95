import { ParameterError } from '../parameters/parameter-problem.ts';
import type { ProbeSpec } from './probe-spec.ts';

/** What an expression of BCC's tools may name: how each argument that the caller declared is written. */
export interface Scope {
  readonly probe: ProbeSpec;
  /** Of a signature that was given: `int dfd` is `(int32)arg0`. */
  readonly declared: ReadonlyMap<string, string>;
  /** What problems call the text. */
  readonly parameter: string;
}

/** An expression as scripts have it, and whether it names arguments that only the kernel's or a program's types tell. */
export interface Translated {
  readonly text: string;
  readonly byName: boolean;
}

/**
 * No brace, semicolon, backtick or line break: what a caller writes stays an expression of the clause that it is for, whatever a
 * token is allowed to run.
 */
const TOKEN =
  /\s*(?:(?<string>"(?:[^"\\\p{Cc}]|\\[nt"\\])*")|(?<number>0[xX][0-9a-fA-F]+|\d+)[uUlL]*|(?<name>\$?[A-Za-z_]\w*)|(?<sign>->|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^~!<>()[\].,?:@]))/uy;

/** BCC's own, and what they are here. `$pid` is a thread there. */
const SPECIAL: Readonly<Record<string, string>> = {
  ...{ $pid: 'tid', $tgid: 'pid', $uid: 'uid', $gid: 'gid', $cpu: 'cpu', $task: 'curtask', $comm: 'comm' },
  $retval: 'retval',
};

/** Of the language: they stand for themselves. */
const BUILTINS = new Set([
  'retval',
  'comm',
  'pid',
  'tid',
  'uid',
  'gid',
  'cpu',
  'nsecs',
  'curtask',
  'args',
  'kstack',
  'ustack',
  'func',
]);

const FUNCTIONS: Readonly<Record<string, string>> = {
  ...{
    str: 'str',
    ksym: 'ksym',
    usym: 'usym',
    ntop: 'ntop',
    bswap: 'bswap',
    strncmp: 'strncmp',
    uptr: 'uptr',
    kptr: 'kptr',
  },
};

/** C's integer types, and those of the kernel, by what the language calls them. */
const INTEGERS: Readonly<Record<string, string>> = {
  ...{ char: 'int8', s8: 'int8', int8_t: 'int8', u8: 'uint8', uint8_t: 'uint8', bool: 'uint8' },
  ...{ short: 'int16', s16: 'int16', int16_t: 'int16', u16: 'uint16', uint16_t: 'uint16' },
  ...{
    int: 'int32',
    s32: 'int32',
    int32_t: 'int32',
    pid_t: 'int32',
    u32: 'uint32',
    uint32_t: 'uint32',
    unsigned: 'uint32',
  },
  ...{ umode_t: 'uint16', gfp_t: 'uint32', uid_t: 'uint32', gid_t: 'uint32', dev_t: 'uint32' },
  ...{ long: 'int64', s64: 'int64', int64_t: 'int64', ssize_t: 'int64', loff_t: 'int64', off_t: 'int64' },
  ...{ u64: 'uint64', uint64_t: 'uint64', size_t: 'uint64', sector_t: 'uint64', uintptr_t: 'uint64' },
};

/** Throws ParameterError. */
export function translate(text: string, scope: Scope): Translated {
  return new Translation(tokensOf(text, scope.parameter), text, scope).whole();
}

interface Token {
  readonly kind: 'string' | 'number' | 'name' | 'sign';
  readonly text: string;
}

class Translation {
  readonly #tokens: readonly Token[];
  readonly #source: string;
  readonly #scope: Scope;
  #byName = false;
  #depth = 0;

  constructor(tokens: readonly Token[], source: string, scope: Scope) {
    this.#tokens = tokens;
    this.#source = source;
    this.#scope = scope;
  }

  whole(): Translated {
    if (this.#tokens.length === 0) throw this.#wrong('an expression is missing');
    const parts: string[] = [];
    for (let at = 0; at < this.#tokens.length; ) {
      const { text, length } = this.#part(at);
      parts.push(text);
      at += length;
    }
    if (this.#depth !== 0) throw this.#wrong('a bracket is not closed');
    return { text: joined(parts), byName: this.#byName };
  }

  /** What the tokens from one on become, and how many they are. */
  #part(at: number): { readonly text: string; readonly length: number } {
    const token = this.#tokens[at] as Token;
    const before = this.#tokens[at - 1];
    const after = this.#tokens[at + 1];
    if (token.text === '@') throw this.#wrong('only arguments have @user: arg2@user');
    if (token.text === '(' || token.text === '[') this.#depth++;
    if ((token.text === ')' || token.text === ']') && --this.#depth < 0) throw this.#wrong('a bracket is not opened');
    if (token.kind !== 'name') return { text: token.text, length: 1 };
    if (before?.text === '->' || before?.text === '.') return { text: token.text, length: 1 };
    const cast = before?.text === '(' ? this.#cast(at) : null;
    if (cast !== null) return cast;
    if (after?.text === '(') return this.#call(at);
    const text = this.#name(token.text);
    if (after?.text !== '@') return { text, length: 1 };
    if (this.#tokens[at + 2]?.text !== 'user') throw this.#wrong('"@" is followed by "user"');
    return { text: `uptr(${text})`, length: 3 };
  }

  /** `struct file *`, `unsigned int`, between brackets. */
  #cast(at: number): { readonly text: string; readonly length: number } | null {
    const names: string[] = [];
    let stars = '';
    let end = at;
    for (; this.#tokens[end]?.kind === 'name'; end++) names.push(this.#tokens[end]?.text ?? '');
    for (; this.#tokens[end]?.text === '*'; end++) stars += '*';
    if (this.#tokens[end]?.text !== ')') return null;
    const type = castType(names, stars);
    return type === null ? null : { text: type, length: end - at };
  }

  /** STRCMP is BCC's; its literal may come first or last. */
  #call(at: number): { readonly text: string; readonly length: number } {
    const { text } = this.#tokens[at] as Token;
    if (text !== 'STRCMP') {
      const name = Object.hasOwn(FUNCTIONS, text) ? FUNCTIONS[text] : undefined;
      if (name === undefined)
        throw this.#wrong(`there is no function ${text} here: there are STRCMP, ${Object.keys(FUNCTIONS).join(', ')}`);
      return { text: name, length: 1 };
    }
    const end = closing(this.#tokens, at + 1);
    const [first, comma, ...rest] = this.#tokens.slice(at + 2, end);
    if (end < 0 || first?.kind !== 'string' || comma?.text !== ',')
      throw this.#wrong('STRCMP compares a text: STRCMP("name", arg1)');
    const inner = new Translation(rest, this.#source, this.#scope).whole();
    this.#byName ||= inner.byName;
    return { text: `(str(${inner.text}) == ${first.text})`, length: end - at + 1 };
  }

  #name(name: string): string {
    const { probe, declared } = this.#scope;
    const special = Object.hasOwn(SPECIAL, name) ? SPECIAL[name] : undefined;
    const known = declared.get(name) ?? special;
    if (known !== undefined) return known;
    if (name.startsWith('$')) throw this.#wrong(`there is no ${name}: there are ${Object.keys(SPECIAL).join(', ')}`);
    const [, number] = /^arg([1-6])$/.exec(name) ?? [];
    if (number !== undefined) {
      if (probe.kind === 'tracepoint') throw this.#wrong('a tracepoint has fields by name: args->NAME');
      return `arg${Number(number) - 1}`;
    }
    if (BUILTINS.has(name) || /^[A-Z][A-Z0-9_]*$/.test(name)) return name;
    this.#byName = true;
    return `args.${name}`;
  }

  #wrong(message: string): ParameterError {
    return new ParameterError([{ name: this.#scope.parameter, message: `"${this.#source.trim()}": ${message}` }]);
  }
}

/** The type that a declaration or a cast names, as the language has it; null where it is none. */
export function castType(names: readonly string[], stars: string): string | null {
  const [first = '', second = '', third] = names.filter(
    (name) => !['const', '__user', '__kernel', 'signed'].includes(name),
  );
  if (['struct', 'union', 'enum'].includes(first))
    return third === undefined && second !== '' ? `${first} ${second}${stars && ` ${stars}`}` : null;
  const words = [first, second, third].filter((name) => name !== undefined && name !== '');
  const wide = words.includes('long');
  const unsigned = words.includes('unsigned');
  const base = words.find((word) => word !== 'unsigned' && word !== 'long') ?? (wide ? 'long' : 'unsigned');
  const integer = Object.hasOwn(INTEGERS, wide ? 'long' : base) ? INTEGERS[wide ? 'long' : base] : undefined;
  if (integer === undefined) return base === 'void' && stars !== '' ? 'uint64' : null;
  const type = unsigned && integer.startsWith('int') ? `u${integer}` : integer;
  return stars === '' ? type : `${type} ${stars}`;
}

function tokensOf(text: string, parameter: string): Token[] {
  const tokens: Token[] = [];
  const source = text.trim();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < source.length) {
    const at = TOKEN.lastIndex;
    const { string, number, name, sign } = TOKEN.exec(source)?.groups ?? {};
    if (string !== undefined) tokens.push({ kind: 'string', text: string });
    else if (number !== undefined) tokens.push({ kind: 'number', text: number });
    else if (name !== undefined) tokens.push({ kind: 'name', text: name });
    else if (sign !== undefined) tokens.push({ kind: 'sign', text: sign });
    else
      throw new ParameterError([
        { name: parameter, message: `"${source}" makes no sense from "${source.slice(at)}" on` },
      ]);
  }
  return tokens;
}

function closing(tokens: readonly Token[], open: number): number {
  let depth = 0;
  for (let at = open; at < tokens.length; at++) {
    if (tokens[at]?.text === '(') depth++;
    if (tokens[at]?.text === ')' && --depth === 0) return at;
  }
  return -1;
}

/** Names that follow each other need a space; it does no harm between signs. */
function joined(parts: readonly string[]): string {
  return parts
    .join(' ')
    .replaceAll(/ ?(->|\.|\(|\)|\[|\]) ?/g, '$1')
    .replaceAll(/\)(?=[\w"])/g, ')')
    .replaceAll(/([=<>&|?:+*/%^-])\(/g, '$1 (')
    .replaceAll(/\)([=<>&|?:+*/%^!])/g, ') $1');
}
