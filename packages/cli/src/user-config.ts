import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { wrongRequest } from './cli-error.ts';

/** Which controller commands talk to. */
export interface UserConfig {
  readonly url: string;
  readonly token?: string;
  /** Present where `bpfleet up` wrote the file, which it may then write again. */
  readonly madeBy?: string;
}

export const UP = 'bpfleet up';
const DEFAULT_URL = 'http://127.0.0.1:7070';

/** `~/.config/bpfleet/config.json`, or below XDG_CONFIG_HOME. */
export function userConfigFile(env: NodeJS.ProcessEnv = process.env): string {
  return join(env.XDG_CONFIG_HOME || join(homedir(), '.config'), 'bpfleet', 'config.json');
}

/** BPFLEET_URL and BPFLEET_TOKEN where they are set, else the file, else this machine without a token. */
export function resolveController(env: NodeJS.ProcessEnv = process.env): UserConfig {
  const file = env.BPFLEET_URL && env.BPFLEET_TOKEN ? null : readUserConfig(userConfigFile(env));
  const url = env.BPFLEET_URL || file?.url || DEFAULT_URL;
  // A token belongs to the controller it was given for.
  const token = env.BPFLEET_TOKEN || (url === (file?.url ?? DEFAULT_URL) ? file?.token : undefined);
  return { url, ...(token === undefined ? {} : { token }) };
}

/** null where there is no file. Throws CliError where it cannot be used. */
export function readUserConfig(file: string): UserConfig | null {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      return null;
    }
    throw wrongRequest(`${file} cannot be read: ${(error as Error).message}`, 'Or set BPFLEET_URL and BPFLEET_TOKEN.');
  }
  try {
    const { url, token, madeBy } = JSON.parse(text) as Partial<UserConfig>;
    if (typeof url !== 'string' || (token !== undefined && typeof token !== 'string')) {
      throw new TypeError('it needs "url" and "token"');
    }
    return { url, ...(token === undefined ? {} : { token }), ...(madeBy === undefined ? {} : { madeBy }) };
  } catch (error) {
    throw wrongRequest(`${file} cannot be used: ${(error as Error).message}`, 'Correct or remove it.');
  }
}

/** Writes the file whole, readable by its owner only. */
export function writeUserConfig(file: string, config: UserConfig): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const written = `${file}.${process.pid}`;
  writeFileSync(written, `${JSON.stringify(config, null, 2)}\n`, { mode: 0o600 });
  renameSync(written, file);
}
