import { resolve } from 'node:path';
import { type LogLevel, logLevels, SettingError } from '@bpfleet/runtime';
import { z } from 'zod';
import type { Rate } from '../access/rate-limiter.ts';
import type { Retention } from '../results/plan-retention.ts';
import type { Capacity } from '../sessions/queue/plan-queue.ts';

export interface Endpoint {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
}

/** Paths of PEM files. */
interface TlsFiles {
  readonly certificate: string;
  readonly key: string;
}

export interface ApiEndpoint extends Endpoint {
  /** Without it, whatever is sent can be read on the way: for this machine, or behind a proxy that speaks TLS. */
  readonly tls?: TlsFiles | undefined;
}

export interface ControllerConfig {
  /** CA, embedded database and the first token are kept here. */
  readonly dataDir: string;
  /** A PostgreSQL server; without it one of our own runs in `dataDir`. */
  readonly databaseUrl?: string;
  readonly rest: ApiEndpoint;
  readonly grpc: ApiEndpoint;
  readonly agents: Endpoint;
  /** How often one token may be used, at this controller. */
  readonly rate: Rate;
  readonly logLevel: LogLevel;
  /** Folders of tools beside our own, a folder a tool; those of a later folder take the place of others of their names. */
  readonly tools: readonly string[];
  /** What each node gives to sessions at a time: what asks for more waits. */
  readonly capacity: Capacity;
  readonly retention: Retention;
}

/** As much CPU time as an agent's own default gives to all sessions of its node. */
export const defaultCapacity: Capacity = { slots: 16, overhead: 0.5 };
export const defaultRetention: Retention = { days: 30, gibibytes: 50 };
const defaultRate: Rate = { perSecond: 100, burst: 500 };

const address = (host: string, port: number) => ({
  host: z.string().min(1).default(host),
  port: z.int().min(0).max(65_535).default(port),
});
const endpoint = (host: string, port: number) => z.strictObject(address(host, port)).default({ host, port });
const tls = z.strictObject({ certificate: z.string().min(1), key: z.string().min(1) }).optional();
const apiEndpoint = (host: string, port: number) =>
  z.strictObject({ ...address(host, port), tls }).default({ host, port });

const Settings = z.strictObject({
  dataDir: z.string().min(1),
  databaseUrl: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'must begin with postgres://')
    .optional(),
  rest: apiEndpoint('127.0.0.1', 7070),
  grpc: apiEndpoint('127.0.0.1', 7071),
  agents: endpoint('0.0.0.0', 7072),
  rate: z
    .strictObject({ perSecond: z.number().positive().max(1e6), burst: z.int().positive().max(1e6) })
    .default(defaultRate),
  logLevel: z.enum(logLevels).default('info'),
  tools: z
    .union([
      z
        .string()
        .min(1)
        .transform((folder) => [folder]),
      z.array(z.string().min(1)).max(16),
    ])
    .default([]),
  capacity: z
    .strictObject({
      slots: z.int().min(1).max(32).default(defaultCapacity.slots),
      overhead: z.number().min(0).max(1).default(defaultCapacity.overhead),
    })
    .default(defaultCapacity),
  retention: z
    .strictObject({
      days: z.int().min(0).max(36_500).default(defaultRetention.days),
      gibibytes: z.number().positive().max(1e6).default(defaultRetention.gibibytes),
    })
    .default(defaultRetention),
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
  const { databaseUrl, dataDir, tools, ...rest } = parsed.data;
  return {
    ...rest,
    dataDir: resolve(dataDir),
    tools: tools.map((folder) => resolve(folder)),
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
  };
}
