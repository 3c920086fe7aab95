import { type LogLevel, logLevels, SettingError } from '@bpfleet/runtime';

/** What an agent is told. */
export interface AgentConfig {
  /** Folder of the identity, the boot epoch and the spool. */
  readonly stateDir: string;
  /** HOST:PORT of the controller, or of several of one fleet, separated by commas; null for an agent that only serves its own socket. */
  readonly controller: string | null;
  /** Needed once, to enrol. */
  readonly joinToken?: string;
  /** The node's name; its host name by default. */
  readonly name?: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Path of the unix socket; `agent.sock` in the state folder by default. */
  readonly socket?: string;
  /** Most bytes that undelivered results may take on disk. */
  readonly spoolBytes: number;
  readonly logLevel: LogLevel;
  /** Name or number of the group that may use the socket. */
  readonly socketGroup?: string;
  /** Serves the node's own API over TCP as well. */
  readonly listen?: ListenConfig;
  /** Path of the node's policy file (`guard/policy.ts`); without one, its defaults hold (`guard/default-policy.ts`). */
  readonly policy?: string;
}

/** Mutual TLS; paths are of PEM files. */
export interface ListenConfig {
  /** HOST:PORT */
  readonly address: string;
  readonly certificate: string;
  readonly key: string;
  /** Authority of the callers' certificates. */
  readonly ca: string;
  /** Of callers: the common name of a certificate, or a DNS name in it. At least one. */
  readonly names: readonly string[];
}

export const defaultSpoolBytes = 512 * 1024 * 1024;
const minSpoolBytes = 1024 * 1024;
const keys = [
  ...['stateDir', 'controller', 'joinToken', 'name', 'labels', 'socket', 'socketGroup', 'listen', 'spoolBytes'],
  ...['logLevel', 'policy'],
];
const listenKeys = ['address', 'certificate', 'key', 'ca', 'names'];
const maxNames = 1_000;

/** A configuration from a plain object, as a YAML file gives it. Throws SettingError, which says which key is wrong. */
export function parseAgentConfig(settings: Record<string, unknown>): AgentConfig {
  for (const key of Object.keys(settings)) {
    if (!keys.includes(key)) throw new SettingError([key], `is no setting of an agent; there are ${keys.join(', ')}`);
  }
  const stateDir = text(settings, 'stateDir');
  if (stateDir === undefined) throw new SettingError(['stateDir'], 'is required: a folder for identity and spool');
  const name = text(settings, 'name');
  if (name !== undefined && !/^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/.test(name)) {
    throw new SettingError(['name'], 'is not a name of up to 63 letters, digits, dots, dashes and underscores');
  }
  const joinToken = text(settings, 'joinToken');
  const socket = text(settings, 'socket');
  const policy = text(settings, 'policy');
  const socketGroup = groupOf(settings.socketGroup);
  const listen = listenOf(settings.listen);
  return {
    stateDir,
    controller: text(settings, 'controller') ?? null,
    ...(joinToken === undefined ? {} : { joinToken }),
    ...(name === undefined ? {} : { name }),
    labels: labels(settings.labels),
    ...(socket === undefined ? {} : { socket }),
    spoolBytes: spoolBytes(settings.spoolBytes),
    logLevel: logLevel(settings.logLevel),
    ...(policy === undefined ? {} : { policy }),
    ...(socketGroup === undefined ? {} : { socketGroup }),
    ...(listen === undefined ? {} : { listen }),
  };
}

function text(settings: Record<string, unknown>, key: string): string | undefined {
  const value = settings[key];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string' || value.trim() === '') throw new SettingError([key], 'must be text');
  return value;
}

function groupOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (Number.isInteger(value) || (typeof value === 'string' && value.trim() !== '')) return String(value);
  throw new SettingError(['socketGroup'], 'must be the name or number of a group');
}

function listenOf(value: unknown): ListenConfig | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw new SettingError(['listen'], `must be a list of settings: ${listenKeys.join(', ')}`);
  }
  const settings = value as Record<string, unknown>;
  const unknown = Object.keys(settings).find((key) => !listenKeys.includes(key));
  if (unknown !== undefined)
    throw new SettingError(['listen', unknown], `is no setting; there are ${listenKeys.join(', ')}`);
  const required = (key: string) => {
    const found = settings[key];
    if (typeof found === 'string' && found.trim() !== '') return found;
    throw new SettingError(['listen', key], 'is required, and must be text');
  };
  const { names } = settings;
  if (!Array.isArray(names) || names.length === 0 || names.length > maxNames || !names.every(isName)) {
    throw new SettingError(['listen', 'names'], `must be a list of the names that may call, up to ${maxNames}`);
  }
  const [address, certificate, key, ca] = listenKeys.slice(0, 4).map(required) as [string, string, string, string];
  return { address, certificate, key, ca, names };
}

function isName(value: unknown): boolean {
  return typeof value === 'string' && value !== '' && value.length <= 256;
}

function labels(value: unknown): Record<string, string> {
  if (value === undefined || value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value))
    throw new SettingError(['labels'], 'must be a list of KEY: VALUE');
  const entries = Object.entries(value).map(([key, label]): [string, string] => {
    if (!/^[A-Za-z0-9]([A-Za-z0-9._/-]{0,61}[A-Za-z0-9])?$/.test(key))
      throw new SettingError(['labels', key], 'is not a key of a label');
    if (!['string', 'number', 'boolean'].includes(typeof label) || String(label).length > 128) {
      throw new SettingError(['labels', key], 'must be text of up to 128 characters');
    }
    return [key, String(label)];
  });
  if (entries.length > 64) throw new SettingError(['labels'], 'are more than 64');
  return Object.fromEntries(entries);
}

function spoolBytes(value: unknown): number {
  if (value === undefined || value === null) return defaultSpoolBytes;
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < minSpoolBytes) {
    throw new SettingError(['spoolBytes'], `must be a number of bytes, ${minSpoolBytes} or more`);
  }
  return value;
}

function logLevel(value: unknown): LogLevel {
  if (value === undefined || value === null) return 'info';
  const known = logLevels.find((level) => level === value);
  if (!known) throw new SettingError(['logLevel'], `must be one of ${logLevels.join(', ')}`);
  return known;
}
