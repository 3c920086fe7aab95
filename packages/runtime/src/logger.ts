import { destination, type Logger as PinoLogger, pino } from 'pino';

export type Logger = PinoLogger;
export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

export interface LoggerOptions {
  /** What writes: `agent`, `controller`. */
  readonly name: string;
  readonly level?: LogLevel;
  /** One readable line an entry instead of JSON. Default: when stderr is a terminal. */
  readonly pretty?: boolean;
}

/** Writes to stderr, JSON lines with `time` in ISO 8601 and `level` by name. Stdout belongs to results. */
export function createLogger({ name, level = 'info', pretty = process.stderr.isTTY === true }: LoggerOptions): Logger {
  // Synchronous, so that the last words of a dying process are written.
  const stderr = destination({ dest: 2, sync: true });
  const stream = pretty ? { write: (line: string) => stderr.write(prettyLine(line)) } : stderr;
  const options = {
    name,
    level,
    base: { pid: process.pid },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return pino(options, stream);
}

/** `12:00:01.123 INFO agent: message key=value`. */
export function prettyLine(line: string): string {
  const { time, level, name, msg, pid: _, ...rest } = JSON.parse(line) as Record<string, unknown>;
  const fields = Object.entries(rest).map(([key, value]) => ` ${key}=${fieldText(value)}`);
  const clock = String(time).slice(11, 23);
  return `${clock} ${String(level).toUpperCase()} ${name}: ${msg ?? ''}${fields.join('')}\n`;
}

function fieldText(value: unknown): string {
  return typeof value === 'string' && /^[\w./:-]+$/.test(value) ? value : JSON.stringify(value);
}
