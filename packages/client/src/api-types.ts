/** Shapes of the REST API (/api/v1). Integers that a double cannot hold are strings. */
export type JsonInteger = number | string;

export interface SessionSummary {
  id: string;
  state: 'pending' | 'running' | 'complete' | 'partial' | 'failed' | 'cancelled';
  program: { kind: 'script'; digest: string };
  startedAt: string | null;
  endedAt: string | null;
  interval: string;
}

export interface NodeAnswer {
  name: string;
  arch: string;
  kernel: string;
  state: 'pending' | 'running' | 'complete' | 'partial' | 'failed' | 'offline' | 'skipped';
  produced: JsonInteger;
  stored: JsonInteger;
  lost: {
    kernel: JsonInteger;
    sampledOut: JsonInteger;
    truncated: JsonInteger;
    evicted: JsonInteger;
    mapFull: JsonInteger;
  };
  overhead: number | null;
  reason: string | null;
}

export interface AnswerCounts {
  targets: number;
  complete: number;
  partial: number;
  failed: number;
  offline: number;
  skipped: number;
}

export interface AnswerSheet extends AnswerCounts {
  nodes: NodeAnswer[];
}

export interface Diagnostic {
  severity: 'error' | 'warning';
  code: string;
  message: string;
  hint: string | null;
  line: number;
  column: number;
  endLine: number;
  endColumn: number;
}

export interface SessionListItem {
  session: SessionSummary;
  answer: AnswerCounts;
  nodes: string;
  for: string;
  createdAt: string;
  warnings: Diagnostic[];
}

export interface SessionResource extends Omit<SessionListItem, 'answer'> {
  answer: AnswerSheet;
}

export interface CreateSession {
  program: { kind: 'script'; source: string };
  nodes?: string;
  for?: string;
  every?: string;
  limits?: { mapBytes?: number; probes?: number };
}

export interface ResultEntry {
  key: (number | string)[];
  value?: number | string;
  count?: JsonInteger;
  total?: JsonInteger;
  average?: JsonInteger;
  buckets?: { min: JsonInteger | null; max: JsonInteger | null; count: JsonInteger }[];
  p50?: number;
  p90?: number;
  p99?: number;
  nodes: number;
  group?: string;
}

export interface ResultMap {
  name: string;
  kind: 'count' | 'sum' | 'min' | 'max' | 'avg' | 'stats' | 'hist' | 'lhist' | 'value';
  key: ('int' | 'uint' | 'string')[];
  entries: ResultEntry[];
}

export interface ResultOutput {
  node: string;
  at: string;
  type: 'printf' | 'value' | 'map';
  text: string;
  values: (number | string)[];
}

export interface ResultDocument {
  session: SessionSummary;
  answer: AnswerSheet;
  maps: ResultMap[];
  output: ResultOutput[];
  outputOmitted?: number;
}

/** A printed line with its place in the session. */
export interface Event extends ResultOutput {
  id: string;
}

export interface Node {
  id: string;
  name: string;
  arch: string;
  kernel: string;
  labels: Record<string, string>;
  features: string[];
  missing: Record<string, string>;
  state: 'online' | 'offline';
  address: string | null;
  cpus: number;
  memoryBytes: number;
  agentVersion: string;
  enrolledAt: string;
  lastSeenAt: string | null;
  running: number;
}

export interface CreateToken {
  kind: 'join' | 'api';
  role?: 'viewer' | 'operator' | 'ci' | 'admin';
  ttl?: string;
  name?: string;
}

export interface IssuedToken {
  id: string;
  token: string;
  expiresAt: string | null;
}

export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  pointer?: string;
  hint?: string;
  diagnostics?: Diagnostic[];
}
