import {
  AmountError,
  DurationError,
  parseBytes,
  parseDuration,
  parseRate,
  parseShare,
  SettingError,
} from '@bpfleet/runtime';
import type { Denied } from '@bpfleet/tracer';
import type { Limits } from './limits.ts';

/** What a node allows, whoever asks. */
export interface Policy {
  /** Of each trace. */
  readonly session: Limits;
  /** Of all traces of the node together; null is no bound. */
  readonly node: {
    readonly sessions: number | null;
    readonly overhead: number | null;
    readonly mapBytes: number | null;
  };
  readonly deny: Denied;
  /** Digests of the programs that may run, `sha256:` and 64 hexadecimal digits; null: all. */
  readonly allowedDigests: ReadonlySet<string> | null;
}

const maxPatterns = 1_000;
const maxPatternLength = 256;
const maxDigests = 10_000;
const maxSessions = 1_000;
const maxProbes = 1_000_000;

type Section = Readonly<Record<string, unknown>>;

/**
 * A policy from a plain object, as a YAML file gives it. What it does not name is as in `defaults`, and `none` is no bound. Throws
 * SettingError. An empty one is refused: a file that is being written must not open the node.
 */
export function parsePolicy(settings: Section, defaults: Policy): Policy {
  if (Object.keys(settings).length === 0) {
    throw new SettingError([], 'the file is empty: for the defaults and nothing else, say "node: {}"');
  }
  const top = section(settings, [], ['session', 'node', 'deny', 'allow']);
  const session = section(top('session'), ['session'], ['for', 'overhead', 'events', 'map', 'probes']);
  const node = section(top('node'), ['node'], ['sessions', 'overhead', 'map']);
  const deny = section(top('deny'), ['deny'], ['probes', 'functions']);
  const allow = section(top('allow'), ['allow'], ['digests']);
  return {
    session: {
      durationMs: bound(session('for'), defaults.session.durationMs, amount(['session', 'for'], parseDuration)),
      overhead: bound(session('overhead'), defaults.session.overhead, amount(['session', 'overhead'], parseShare)),
      eventsPerSecond: bound(
        session('events'),
        defaults.session.eventsPerSecond,
        amount(['session', 'events'], parseRate),
      ),
      mapBytes: bound(session('map'), defaults.session.mapBytes, amount(['session', 'map'], parseBytes)),
      probes: bound(session('probes'), defaults.session.probes, count(['session', 'probes'], maxProbes)),
    },
    node: {
      sessions: bound(node('sessions'), defaults.node.sessions, count(['node', 'sessions'], maxSessions)),
      overhead: bound(node('overhead'), defaults.node.overhead, amount(['node', 'overhead'], parseShare)),
      mapBytes: bound(node('map'), defaults.node.mapBytes, amount(['node', 'map'], parseBytes)),
    },
    deny: {
      probes: texts(deny('probes'), ['deny', 'probes'], maxPatterns),
      functions: texts(deny('functions'), ['deny', 'functions'], maxPatterns),
    },
    allowedDigests: digests(allow('digests')),
  };
}

/** Its values by key. Throws where there are other keys: a bound that is misspelt must not be none. */
function section(value: unknown, path: readonly string[], keys: readonly string[]): (key: string) => unknown {
  if (value === undefined || value === null) return () => undefined;
  if (typeof value !== 'object' || Array.isArray(value)) throw new SettingError(path, 'must be a list of KEY: VALUE');
  for (const key of Object.keys(value)) {
    if (!keys.includes(key)) throw new SettingError([...path, key], `is not known here; there are ${keys.join(', ')}`);
  }
  return (key) => (value as Section)[key];
}

function bound(value: unknown, otherwise: number | null, read: (value: unknown) => number): number | null {
  if (value === undefined || value === null) return otherwise;
  return value === 'none' ? null : read(value);
}

function amount(path: readonly string[], parse: (text: string) => number): (value: unknown) => number {
  return (value) => {
    try {
      const parsed = parse(String(value));
      if (parsed > 0) return parsed;
    } catch (error) {
      if (!(error instanceof AmountError || error instanceof DurationError)) throw error;
      throw new SettingError(path, `${error.message}; "none" is no bound`);
    }
    throw new SettingError(path, 'must be more than zero');
  };
}

function count(path: readonly string[], max: number): (value: unknown) => number {
  return (value) => {
    if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= max) return value;
    throw new SettingError(path, `must be a whole number up to ${max}; "none" is no bound`);
  };
}

function texts(value: unknown, path: readonly string[], max: number): string[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new SettingError(path, 'must be a list, such as [a, b]');
  if (value.length > max) throw new SettingError(path, `are more than ${max}`);
  for (const text of value) {
    if (typeof text !== 'string' || text === '' || text.length > maxPatternLength) {
      throw new SettingError(path, `must be texts of up to ${maxPatternLength} characters`);
    }
  }
  return value as string[];
}

function digests(value: unknown): ReadonlySet<string> | null {
  if (value === undefined || value === null) return null;
  const path = ['allow', 'digests'];
  const all = texts(value, path, maxDigests);
  const wrong = all.find((text) => !/^sha256:[0-9a-f]{64}$/.test(text));
  if (wrong !== undefined) {
    throw new SettingError(path, `"${wrong.slice(0, 80)}" is no digest: give sha256: and 64 hexadecimal digits`);
  }
  return new Set(all);
}
