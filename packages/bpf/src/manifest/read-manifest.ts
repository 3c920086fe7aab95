import { didYouMean } from '../did-you-mean.ts';
import { readKernelRange } from './kernel-range.ts';
import { changes, merges, type ObjectManifest, OTHER_PROGRAMS, perfEvents } from './manifest.ts';
import { layOutFields } from './record-layout.ts';

/** What is wrong, and where: names and indexes from the whole manifest inwards. */
export interface ManifestProblem {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** How much a manifest may have: a program has no more of anything. */
const MAX_NAMES = 256;
const MAX_TEXT = 4_096;
const MAX_VALUES = 1_024;
const MAX_ENTRIES = 2 ** 32 - 1;
const MAX_VALUE = 2 ** 26;
const MAX_FREQUENCY = 100_000;
const PIN_FOLDER = '/sys/fs/bpf/';

/**
 * A manifest of what YAML or JSON has given, or all that is wrong with it. Unknown names are wrong: a misspelt
 * setting would silently not hold.
 */
export function readManifest(
  given: unknown,
): { readonly manifest: ObjectManifest } | { readonly problems: readonly ManifestProblem[] } {
  const problems: ManifestProblem[] = [];
  manifestRule(given, [], problems);
  return problems.length === 0 ? { manifest: withTables(given as ObjectManifest) } : { problems };
}

/** A name with nothing after it, as YAML allows, has an empty table. */
function withTables(manifest: ObjectManifest): ObjectManifest {
  const filled = Object.entries(manifest).map(([key, each]) => {
    if (!isTable(each)) return [key, each];
    return [key, Object.fromEntries(Object.entries(each).map(([own, setting]) => [own, setting ?? {}]))];
  });
  return Object.fromEntries(filled) as ObjectManifest;
}

type Path = ManifestProblem['path'];
type Rule = (value: unknown, path: Path, problems: ManifestProblem[]) => void;

const say = (test: (value: unknown) => boolean, message: string): Rule => {
  return (value, path, problems) => {
    if (!test(value)) problems.push({ path, message });
  };
};

const text = say(
  (value) => typeof value === 'string' && value.length <= MAX_TEXT,
  `must be a text of up to ${MAX_TEXT} characters`,
);
const truth = say((value) => typeof value === 'boolean', 'must be true or false');
const number = (least: number, most: number): Rule =>
  say(
    (value) => typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most,
    `must be a whole number from ${least} to ${most}`,
  );
const name = say(
  (value) => typeof value === 'string' && /^[A-Za-z_][A-Za-z0-9_]{0,127}$/.test(value),
  'must be a name as C has it',
);
const folder = say(
  (value) =>
    typeof value === 'string' && value.length <= MAX_TEXT && /^[^\0]+$/.test(value) && !/(^|\/)\.\.(\/|$)/.test(value),
  'must be a path without ".."',
);
const pin = say(
  (value) => typeof value === 'string' && value.startsWith(PIN_FOLDER) && /^[A-Za-z0-9_/-]{1,255}$/.test(value),
  `must be a path below ${PIN_FOLDER}, of letters, digits, "_" and "-"`,
);
const scalar = (value: unknown) =>
  typeof value === 'boolean' ||
  (typeof value === 'number' && Number.isSafeInteger(value)) ||
  (typeof value === 'string' && value.length <= MAX_TEXT);
const value = say(
  (given) => scalar(given) || (Array.isArray(given) && given.length <= MAX_VALUES && given.every(scalar)),
  'must be a number, a text, true or false, or a list of those; numbers beyond 2^53 in quotation marks',
);

const oneOf =
  (choices: readonly string[]): Rule =>
  (given, path, problems) => {
    if (typeof given === 'string' && choices.includes(given)) return;
    const hint = typeof given === 'string' ? didYouMean(given, choices) : undefined;
    problems.push({
      path,
      message: hint === undefined ? `must be one of ${choices.join(', ')}` : `is not known; ${hint}`,
    });
  };

const list =
  (rule: Rule): Rule =>
  (given, path, problems) => {
    if (!Array.isArray(given) || given.length > MAX_NAMES)
      problems.push({ path, message: `must be a list of up to ${MAX_NAMES}` });
    else for (const [index, each] of given.entries()) rule(each, [...path, index], problems);
  };

const isTable = (given: unknown): given is Readonly<Record<string, unknown>> =>
  typeof given === 'object' && given !== null && !Array.isArray(given);

/** By names that the writer chooses; `others`: of all that are not named, where that can be said. */
const named =
  (rule: Rule, pattern: RegExp, others?: Rule): Rule =>
  (given, path, problems) => {
    if (!isTable(given) || Object.keys(given).length > MAX_NAMES) {
      problems.push({ path, message: `must be a table of up to ${MAX_NAMES} names` });
      return;
    }
    for (const [key, each] of Object.entries(given)) {
      if (key === OTHER_PROGRAMS && others !== undefined) others(each ?? {}, [...path, key], problems);
      else if (!pattern.test(key)) problems.push({ path: [...path, key], message: 'is no name that C could have' });
      else rule(each ?? {}, [...path, key], problems);
    }
  };

/** With these names and no others. */
const table =
  (rules: Readonly<Record<string, Rule>>): Rule =>
  (given, path, problems) => {
    if (!isTable(given)) {
      problems.push({ path, message: `must be a table of ${Object.keys(rules).join(', ')}` });
      return;
    }
    for (const [key, each] of Object.entries(given)) {
      const rule = Object.hasOwn(rules, key) ? rules[key] : undefined;
      if (rule !== undefined) rule(each, [...path, key], problems);
      else {
        const hint = didYouMean(key, Object.keys(rules)) ?? `there are ${Object.keys(rules).join(', ')}`;
        problems.push({ path: [...path, key], message: `is not known here; ${hint}` });
      }
    }
  };

const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;
const FIELDS = /^[A-Za-z_][A-Za-z0-9_]{0,127}(\.[A-Za-z_][A-Za-z0-9_]{0,127}){0,7}$/;

const kernels: Rule = (given, path, problems) => {
  if (typeof given !== 'string' || readKernelRange(given) === null) {
    problems.push({ path, message: 'must be a range of kernels, such as ">=5.8" or ">=5.8, <6.12"' });
  }
};

const layout: Rule = (given, path, problems) => {
  const isText = Array.isArray(given) && given.every((each) => typeof each === 'string');
  const laid = isText ? layOutFields(given) : 'must be a list of fields, such as "u64 ts" and "char comm[16]"';
  if (typeof laid === 'string') problems.push({ path, message: laid });
};

const merge = oneOf(merges);
const manifestRule = table({
  description: text,
  license: text,
  kernels,
  parameters: named(table({ description: text, default: value }), FIELDS),
  outputs: named(
    table({ description: text, merge, fields: named(merge, FIELDS), record: name, layout, show: truth }),
    IDENTIFIER,
  ),
  maps: named(
    table({
      entries: number(1, MAX_ENTRIES),
      valueSize: number(1, MAX_VALUE),
      cgroup: folder,
      share: pin,
      private: truth,
    }),
    IDENTIFIER,
  ),
  programs: named(
    table({
      load: truth,
      optional: truth,
      attach: say(
        (each) => typeof each === 'string' && /^[a-z_.]+\/[^\s\0]{1,1024}$/.test(each),
        'must be a place as a section has it, such as kprobe/vfs_read or uprobe//bin/bash:readline',
      ),
      event: oneOf(perfEvents),
      frequency: number(1, MAX_FREQUENCY),
      interfaces: list(
        say(
          (each) => typeof each === 'string' && /^[^\s/\0]{1,15}$/.test(each),
          'must be the name of a network interface',
        ),
      ),
      direction: oneOf(['ingress', 'egress']),
      cgroup: folder,
      map: name,
    }),
    IDENTIFIER,
    table({ load: truth, optional: truth }),
  ),
  changes: list(oneOf(changes)),
});
