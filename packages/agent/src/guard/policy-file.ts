import { readFileSync, type Stats, statSync } from 'node:fs';
import { ConfigError, type Logger, parseConfig } from '@bpfleet/runtime';
import { GuardError } from './guard-error.ts';
import { type Policy, parsePolicy } from './policy.ts';

/** A longer file is refused: it is read at each change. */
const maxBytes = 1024 * 1024;
const lookEveryMs = 1_000;

/** Where the node's policy comes from. */
export interface PolicySource {
  /** As it is now. Throws GuardError `unusable`. */
  current(): Policy;
  /** The last that could be used: what runs goes on under it while the newest cannot. */
  readonly last: Policy;
  /** Called after it has changed. */
  onChange: () => void;
  /** Reads it again, changed or not. */
  reload(): void;
  close(): void;
}

export function fixedPolicy(policy: Policy): PolicySource {
  return {
    current: () => policy,
    last: policy,
    onChange: () => undefined,
    reload: () => undefined,
    close: () => undefined,
  };
}

/**
 * A node's policy file. Law: while it cannot be used nothing new is allowed. It is looked at before each use and each
 * second, so that a change holds for what runs as well.
 */
export class PolicyFile implements PolicySource {
  onChange: () => void = () => undefined;
  readonly #path: string;
  readonly #defaults: Policy;
  readonly #log: Logger;
  readonly #timer: NodeJS.Timeout;
  #last: Policy;
  #seen: string;
  #failure: string | null = null;

  /** Throws ConfigError: an agent does not start under a policy that it cannot read. */
  constructor(path: string, defaults: Policy, log: Logger) {
    this.#path = path;
    this.#defaults = defaults;
    this.#log = log;
    this.#seen = markOf(path);
    this.#last = readPolicy(path, defaults);
    this.#timer = setInterval(() => this.#look(), lookEveryMs);
    this.#timer.unref();
  }

  get last(): Policy {
    return this.#last;
  }

  current(): Policy {
    this.#look();
    if (this.#failure === null) return this.#last;
    throw new GuardError('unusable', `this node's policy cannot be used, so nothing new runs here: ${this.#failure}`);
  }

  reload(): void {
    this.#seen = '';
    this.#look();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const mark = markOf(this.#path);
    if (mark === this.#seen) return;
    this.#seen = mark;
    try {
      this.#last = readPolicy(this.#path, this.#defaults);
      this.#failure = null;
      this.#log.info({ policy: this.#path }, 'the policy was read again');
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      this.#failure = error.message;
      this.#log.error({ problem: error.message }, 'the policy cannot be used: nothing new runs here until it can');
      return;
    }
    this.onChange();
  }
}

/** Throws ConfigError. */
function readPolicy(path: string, defaults: Policy): Policy {
  let text: string;
  try {
    if (statSync(path).size > maxBytes) throw new ConfigError(`${path}: is longer than ${maxBytes} bytes`);
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    throw new ConfigError(`${path}: ${(error as Error).message}`, { cause: error });
  }
  return parseConfig(text, path, (settings) => parsePolicy(settings, defaults));
}

/** Another text where the file is another, or has other contents. */
function markOf(path: string): string {
  let found: Stats;
  try {
    found = statSync(path);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'gone';
  }
  return `${found.dev} ${found.ino} ${found.size} ${found.mtimeMs} ${found.ctimeMs}`;
}
