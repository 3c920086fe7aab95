import { type ElfFunction, ProgramType } from '@bpfleet/bpf';
import type { CompileEnv, Executable } from '../env.ts';
import { didYouMean } from '../source/did-you-mean.ts';
import type { AttachPoint } from '../syntax/ast.ts';
import { checkMatches, noMatch } from './match-names.ts';
import { parseOffset } from './offset.ts';
import type { ExpandContext, ProbeProvider, ProbeTarget } from './provider.ts';
import { requireFeature } from './required-feature.ts';
import { hasWildcard, matcher } from './wildcard.ts';

/**
 * `uprobe:path:function`, `uprobe:libc:function+offset`, `uprobe:path:0x1234`: code of a program or library.
 * `uprobe:path:cpp:function`: C++ functions by the name that people write, all of that name where it has no parameters.
 */
export const uprobe = provider('uprobe', 'u', 'uprobe:path:function');
/** `uretprobe:path:function`: where a function of a program or library returns. */
export const uretprobe = provider('uretprobe', 'ur', 'uretprobe:path:function');

interface Place {
  readonly label: string;
  readonly offset: number;
  readonly function?: string;
  /** Where the program says that function begins. */
  readonly address: number;
}

function provider(name: 'uprobe' | 'uretprobe', alias: string, usage: string): ProbeProvider {
  const returns = name === 'uretprobe';
  const target = (path: string, place: Place, executable?: Executable): ProbeTarget => ({
    name: `${name}:${path}:${place.label}`,
    programType: ProgramType.KPROBE,
    attach: { kind: 'uprobe', path, offset: place.offset, return: returns },
    context: { kind: 'registers', at: returns ? 'return' : 'entry', space: 'user' },
    ...(place.function === undefined ? {} : { function: place.function }),
    ...(executable === undefined ? {} : { program: { executable, address: place.address } }),
  });
  return {
    name,
    aliases: [alias],
    usage,
    expand(point, context) {
      const { env, diagnostics } = context;
      const [, given = '', ...rest] = partsOf(point, env);
      const file = unquote(given);
      const symbol = unquote(rest.join(':'));
      if (file === '' || symbol === '' || file.includes('\0')) {
        const message =
          rest.length === 0
            ? `${name} probe type requires 2 or 3 arguments, found ${point.parts.length - 1}`
            : `${name} should have a target and a function in it`;
        diagnostics.error('invalid-probe', point.span, message, `write ${usage}`);
        return [];
      }
      if (env.tracepoints === null) return [target(file, { label: symbol, offset: 0, function: symbol, address: 0 })];
      // Where perf events are not for us, a link to many functions of one is (join-functions).
      if (!env.features.has('uprobe_multi') && !requireFeature('uprobe', point, context)) return [];
      if (hasWildcard(file))
        return inFiles(point, { file, symbol, returns }, context).map(({ file: one, place }) =>
          target(one.path, place, one),
        );
      const found = env.executables?.find(file) ?? { reason: 'the programs of this node are not known' };
      if ('reason' in found) {
        const hint = 'write the path of a program, or a name such as libc';
        diagnostics.error('no-program', point.span, `uprobe target file ${found.reason}`, hint);
        return [];
      }
      const places =
        rest.length === 2
          ? placesByLanguage(point, found, rest.map(unquote), context)
          : placesOf(point, found, symbol, returns, context);
      return places.map((place) => target(found.path, named(place, context), found));
    },
  };
}

/** Where there is a process of `-p`, its own program may be left out. */
function partsOf({ parts }: AttachPoint, { process }: CompileEnv): readonly string[] {
  const [program] = parts.length === 2 ? (process?.files() ?? []) : [];
  return program === undefined ? parts : [parts[0] ?? '', program, ...parts.slice(1)];
}

function unquote(text: string): string {
  return /^".*"$/.test(text) ? text.slice(1, -1) : text;
}

interface Search {
  readonly file: string;
  readonly symbol: string;
  readonly returns: boolean;
}

/** The places in every file that a wildcard stands for; those that have no such function are passed over. */
function inFiles(point: AttachPoint, { file, symbol, returns }: Search, context: ExpandContext) {
  const { env, diagnostics } = context;
  const isFile = matcher(file);
  const files =
    env.process === undefined
      ? (env.executables?.findAll?.(file) ?? [])
      : env.process
          .files()
          .filter(isFile)
          .flatMap((path) => {
            const found = env.executables?.find(path) ?? { reason: '' };
            return 'reason' in found ? [] : [found];
          });
  if (files.length === 0) {
    diagnostics.error('no-match', point.span, `uprobe target file '${file}' does not exist or is not executable`);
    return [];
  }
  if (/^(0x[\da-fA-F]+|\d+)$/.test(symbol)) {
    diagnostics.error('invalid-probe', point.span, 'Cannot use wildcards with absolute address');
    return [];
  }
  const { name, offset = 0 } = parseOffset(symbol);
  const isFunction = matcher(name);
  const matches = files.flatMap((one) =>
    one.functions
      .filter((each) => isFunction(each.name) && offset < Math.max(1, each.size) && !(returns && offset > 0))
      .map((each) => ({ file: one, place: placeAt(each, offset) })),
  );
  return checkMatches(point, matches, 'functions of programs', context);
}

function placesOf(
  point: AttachPoint,
  { path, functions }: Executable,
  symbol: string,
  returns: boolean,
  context: ExpandContext,
): readonly Place[] {
  const { diagnostics, env } = context;
  if (/^(0x[\da-fA-F]+|\d+)$/.test(symbol)) {
    const address = Number(symbol);
    const around = functions.find((one) => address >= one.address && address - one.address < Math.max(1, one.size));
    if (around !== undefined) {
      return [
        {
          label: String(address),
          offset: address - around.address + around.offset,
          function: around.name,
          address: around.address,
        },
      ];
    }
    const message = `Could not resolve address: ${path}:0x${address.toString(16)}`;
    diagnostics.error('no-match', point.span, message, 'no function of the file is there');
    return [];
  }
  if (hasWildcard(symbol)) {
    const matches = functions.filter((one) => matcher(symbol)(one.name));
    return checkMatches(point, matches, `functions of ${path}`, context).map((one) => placeAt(one, 0));
  }
  const { name, offset } = parseOffset(symbol);
  const found = functions.find((one) => one.name === name);
  if (found === undefined) {
    const hint = () =>
      didYouMean(
        name,
        functions.map((one) => one.name),
      );
    diagnostics.error('no-match', point.span, noMatch(returns ? 'uretprobe' : 'uprobe', path, name), hint);
    return [];
  }
  if (offset === undefined || (offset > 0 && (returns || offset >= found.size))) {
    const message = returns
      ? 'uretprobe takes no offset'
      : `Offset outside the function bounds ('${name}' size is ${found.size})`;
    diagnostics.error('invalid-probe', point.span, message);
    return [];
  }
  if (found.size === 0 && env.unsafe !== true) {
    diagnostics.error('invalid-probe', point.span, `${noBoundary(name)}\n${forced}`);
    return [];
  }
  return [placeAt(found, offset)];
}

function placesByLanguage(
  point: AttachPoint,
  { path, functions }: Executable,
  [language = '', symbol = '']: readonly string[],
  context: ExpandContext,
): readonly Place[] {
  if (language !== 'cpp') {
    context.diagnostics.error('invalid-probe', point.span, `unsupported language type: ${language}`, 'write cpp');
    return [];
  }
  const demangle = (name: string) => context.env.executables?.demangle?.(name) ?? name;
  const patterns = [matcher(symbol), ...(symbol.includes('(') ? [] : [matcher(`${symbol}(*`)])];
  const matches = functions.filter(({ name }) => patterns.some((is) => is(name) || is(demangle(name))));
  return checkMatches(point, matches, `functions of ${path}`, context).map((one) => ({
    ...placeAt(one, 0),
    label: `cpp:${one.name}`,
  }));
}

/** The function as the script's `func` tells it. */
function named(place: Place, { env, config }: ExpandContext): Place {
  if (place.function === undefined || !config.cppDemangle) return place;
  return { ...place, function: env.executables?.demangle?.(place.function) ?? place.function };
}

/** The kernel writes a breakpoint there: within an instruction it would change what the program does. */
function noBoundary(name: string): string {
  return `Could not determine boundary for ${name} (symbol has size 0).`;
}

const forced =
  'Use --unsafe to force attachment. WARNING: This option could lead to data corruption in the target process.';

function placeAt(found: ElfFunction, offset: number): Place {
  const label = `${found.name}${offset === 0 ? '' : `+${offset}`}`;
  return { label, offset: found.offset + offset, function: found.name, address: found.address };
}
