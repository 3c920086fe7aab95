import { readFileSync } from 'node:fs';
import { type Document, isMap, isNode, LineCounter, parseDocument, type YAMLMap } from 'yaml';

/** A configuration that cannot be used; the message names the file, the line and the key where they are known. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * What `validate` throws about one setting. `path` leads to it: `['rest', 'port']`.
 */
export class SettingError extends Error {
  override readonly name = 'SettingError';
  readonly path: readonly string[];

  constructor(path: readonly string[], problem: string) {
    super(problem);
    this.path = path;
  }
}

/**
 * Reads a YAML file (JSON is YAML) and has `validate` make a configuration of the plain object in it. Throws
 * ConfigError: `agent.yaml:3: labels: must be text`.
 */
export function loadConfig<C>(file: string, validate: (settings: Record<string, unknown>) => C): C {
  return parseConfig(readText(file), file, validate);
}

/** The same of a text; `file` is how errors call it. */
export function parseConfig<C>(text: string, file: string, validate: (settings: Record<string, unknown>) => C): C {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [syntaxError] = document.errors;
  if (syntaxError !== undefined) {
    throw new ConfigError(`${file}:${lines.linePos(syntaxError.pos[0]).line}: ${syntaxError.message}`);
  }
  const settings = document.contents === null ? {} : plainValue(document, file);
  if (typeof settings !== 'object' || settings === null || Array.isArray(settings)) {
    throw new ConfigError(`${file}:1: must be a list of settings, KEY: VALUE`);
  }
  try {
    return validate(settings as Record<string, unknown>);
  } catch (error) {
    if (error instanceof SettingError) {
      const line = lineOf(document, lines, error.path);
      const key = error.path.join('.');
      throw new ConfigError(`${file}${line === null ? '' : `:${line}`}: ${key ? `${key}: ` : ''}${error.message}`);
    }
    throw new ConfigError(`${file}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

function plainValue(document: Document, file: string): unknown {
  try {
    return document.toJS();
  } catch (cause) {
    // Aliases that unfold to too much.
    throw new ConfigError(`${file}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : String(cause);
    throw new ConfigError(`${file}: ${reason}`, { cause });
  }
}

/** The line of the key at the end of `path`, or of the deepest part of it that is there. */
function lineOf(document: Document, lines: LineCounter, path: readonly string[]): number | null {
  let node: unknown = document.contents;
  let line: number | null = null;
  for (const name of path) {
    const pair = isMap(node) ? (node as YAMLMap).items.find(({ key }) => String(key) === name) : undefined;
    if (pair === undefined) {
      break;
    }
    if (isNode(pair.key) && pair.key.range) {
      line = lines.linePos(pair.key.range[0]).line;
    }
    node = pair.value;
  }
  return line;
}
