import { resolve } from 'node:path';
import { type LogLevel, logLevels, SettingError } from '@bpfleet/runtime';
import { z } from 'zod';
import type { Capacity } from '../sessions/queue/plan-queue.ts';

export interface Endpoint {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
}

export interface ControllerConfig {
  /** CA, embedded database and the first token are kept here. */
  readonly dataDir: string;
  /** A PostgreSQL server; without it one of our own runs in `dataDir`. */
  readonly databaseUrl?: string;
  readonly rest: Endpoint;
  readonly grpc: Endpoint;
  readonly agents: Endpoint;
  readonly logLevel: LogLevel;
  /** What each node gives to sessions at a time: what asks for more waits. */
  readonly capacity: Capacity;
}

export const defaultCapacity: Capacity = { slots: 16, overhead: 0.25 };

const endpoint = (host: string, port: number) =>
  z
    .strictObject({ host: z.string().min(1).default(host), port: z.int().min(0).max(65_535).default(port) })
    .default({ host, port });

const Settings = z.strictObject({
  dataDir: z.string().min(1),
  databaseUrl: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'must begin with postgres://')
    .optional(),
  rest: endpoint('127.0.0.1', 7070),
  grpc: endpoint('127.0.0.1', 7071),
  agents: endpoint('0.0.0.0', 7072),
  logLevel: z.enum(logLevels).default('info'),
  capacity: z
    .strictObject({ slots: z.int().min(1).max(32).default(16), overhead: z.number().min(0).max(1).default(0.25) })
    .default(defaultCapacity),
});

/** Settings as they are in a file, with defaults. Throws SettingError that leads to the setting. */
export function parseControllerConfig(settings: Record<string, unknown>): ControllerConfig {
  const parsed = Settings.safeParse(settings);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const path = issue?.code === 'unrecognized_keys' ? [...issue.path, ...issue.keys.slice(0, 1)] : (issue?.path ?? []);
    throw new SettingError(
      path.map(String),
      issue?.code === 'unrecognized_keys' ? 'is no setting' : (issue?.message ?? 'is not valid'),
    );
  }
  const { databaseUrl, dataDir, ...rest } = parsed.data;
  return { ...rest, dataDir: resolve(dataDir), ...(databaseUrl === undefined ? {} : { databaseUrl }) };
}
