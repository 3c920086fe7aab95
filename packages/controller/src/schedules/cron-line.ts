import { Cron } from 'croner';

/** Longest line that is looked at, characters. */
export const maxCronLine = 256;

/** A line that is no cron line, or a time zone that is none; `message` is a sentence. */
export class CronLineError extends Error {
  override readonly name = 'CronLineError';
  readonly at: 'cron' | 'timeZone';

  constructor(at: 'cron' | 'timeZone', message: string, cause?: unknown) {
    super(message, { cause });
    this.at = at;
  }
}

/** The instants of a cron line in a time zone. */
export interface CronLine {
  /** The first instant after `ms`, milliseconds since the epoch; null where none follows. */
  next(ms: number): number | null;
}

/**
 * Reads the five fields of crontab(5): minute, hour, day of month, month, day of week; where both days are restricted,
 * either is enough. `L` is the last day of a month. The law at changes of the clock: a line of one time of day fires
 * once on each day, in a gap at its end and in a repeated hour the first time; a line of several times fires whenever
 * the clock on the wall shows one, so not in a gap and twice in a repeated hour. Throws CronLineError.
 */
export function parseCronLine(line: string, timeZone: string): CronLine {
  requireTimeZone(timeZone);
  // The library also reads dates and names such as @daily: only fields are lines.
  if (line.length > maxCronLine || !/^\s*[\d*](?:\S*\s+\S+){4}\s*$/.test(line)) {
    throw new CronLineError('cron', `${JSON.stringify(line.slice(0, 64))} is not five fields of a cron line.`);
  }
  let cron: Cron;
  try {
    cron = new Cron(line.trim(), { timezone: timeZone, mode: '5-part', paused: true });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.replace(/^Cron\w+: /, '').replace(/\.$/, '') : String(cause);
    throw new CronLineError('cron', `The cron line cannot be read: ${why}.`, cause);
  }
  return { next: (ms) => cron.nextRun(new Date(ms))?.getTime() ?? null };
}

function requireTimeZone(timeZone: string): void {
  try {
    new Intl.DateTimeFormat('en', { timeZone });
  } catch (cause) {
    throw new CronLineError('timeZone', `There is no time zone ${JSON.stringify(timeZone.slice(0, 64))}.`, cause);
  }
}
