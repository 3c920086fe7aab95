import type { KeyType, MapKind, StackFrame } from './schema.ts';

/** The result document of the REST API and of `--json`. Integers that a double cannot hold are strings. */
export interface ResultDocument {
  session: SessionSummary;
  answer: AnswerSheet;
  maps: ResultMap[];
  output: ResultOutput[];
}

export type JsonInteger = number | string;
/** One part of a key, or a plain value: tuples and arrays as arrays, records as objects. */
export type JsonScalar = JsonInteger | string | boolean | StackFrame[] | JsonScalar[] | { [name: string]: JsonScalar };

export type SessionState = 'pending' | 'running' | 'complete' | 'partial' | 'failed' | 'cancelled';
export type NodeAnswerState = 'pending' | 'running' | 'complete' | 'partial' | 'failed' | 'offline' | 'skipped';

export interface SessionSummary {
  id: string;
  state: SessionState;
  program: {
    kind: 'script' | 'object';
    digest: string;
    /** The tool of the library that it is, and the parameters that it was given. */
    tool?: { name: string; digest: string; parameters: Record<string, unknown> };
  };
  startedAt: string | null;
  endedAt: string | null;
  /** As a duration: `1s`. */
  interval: string;
  /** How nodes were drawn, where not all that the selector chose take part: each stands for `weight` of them. */
  sample?: { seed: string; of: number; nodes: number; weight: number };
  /** How far it was told in waves, where it is; `halted`: why it ended before its time. */
  rollout?: {
    canary: string;
    soak: string;
    maxFailures: number;
    /** The newest that was told, from 1. */
    wave: number;
    waves: number;
    halted: string | null;
  };
}

/** Law: complete + partial + failed + offline + skipped = targets once the session has ended. */
export interface AnswerSheet {
  targets: number;
  complete: number;
  partial: number;
  failed: number;
  offline: number;
  skipped: number;
  nodes: NodeAnswer[];
}

export interface NodeAnswer {
  name: string;
  arch: string;
  kernel: string;
  state: NodeAnswerState;
  produced: JsonInteger;
  stored: JsonInteger;
  lost: {
    kernel: JsonInteger;
    sampledOut: JsonInteger;
    truncated: JsonInteger;
    evicted: JsonInteger;
    mapFull: JsonInteger;
    readFailed: JsonInteger;
  };
  /** Fraction of the node's CPU time spent in the programs; null where its kernel does not count it. */
  overhead: number | null;
  reason: string | null;
  /** Which of several variants of a tool it took. */
  variant?: string;
}

export interface ResultMap {
  name: string;
  kind: MapKind;
  key: KeyType[];
  /** What each part of the key is called, as many as `key`; empty where nobody says it. */
  keyNames?: string[];
  entries: ResultEntry[];
}

export interface ResultEntry {
  key: JsonScalar[];
  /** count, sum, min, max, value */
  value?: JsonScalar;
  /** avg, stats, hist, lhist */
  count?: JsonInteger;
  /** avg, stats */
  total?: JsonInteger;
  /** avg, stats: total / count, rounded towards zero as bpftrace prints it. */
  average?: JsonInteger;
  /** hist, lhist: ascending, empty ones left out. Bounds are inclusive; null is unbounded. */
  buckets?: { min: JsonInteger | null; max: JsonInteger | null; count: JsonInteger }[];
  /** tseries: the intervals that have a value, oldest first. `start`: nanoseconds since the Unix epoch. */
  series?: { start: JsonInteger; value: JsonInteger }[];
  p50?: number;
  p90?: number;
  p99?: number;
  /** How many nodes contributed. */
  nodes: number;
  /** Where results were asked for by node, label or window: the node's name, the label's value, the window's start. */
  group?: string;
}

export interface ResultOutput {
  node: string;
  at: string;
  type: 'printf' | 'value' | 'map';
  text: string;
  values: JsonScalar[];
}
