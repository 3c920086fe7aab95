import { Problem } from '../problem/problem.ts';
import { type DurationBounds, duration } from '../sessions/duration.ts';
import { CronLineError, parseCronLine } from './cron-line.ts';
import type { WhenBody } from './schedule.body.ts';
import type { Timing } from './timing.ts';

/** Milliseconds. To attach and to detach takes some seconds; what is more frequent is a window of one session. */
const everyBounds: DurationBounds = { min: 10_000, max: 366 * 86_400_000 };

/** `when` of a request that came at `now`. Throws Problem `invalid_schedule`, `invalid_duration`. */
export function readWhen(when: WhenBody, now: number): Timing {
  switch (when.kind) {
    case 'at': {
      const at = Date.parse(when.at);
      if (!(at > now)) {
        throw new Problem('invalid_schedule', `${when.at} is past.`, { pointer: '/when/at' });
      }
      return { kind: 'at', at };
    }
    case 'every':
      return { kind: 'every', everyMs: duration(when.every, '/when/every', everyBounds), anchor: now };
    case 'cron':
      requireCronLine(when.cron, when.timeZone);
      return when;
  }
}

function requireCronLine(cron: string, timeZone: string): void {
  try {
    parseCronLine(cron, timeZone);
  } catch (error) {
    if (!(error instanceof CronLineError)) throw error;
    const hint =
      error.at === 'cron'
        ? "Write minute, hour, day of month, month and day of week: '0 3 * * *' is daily at three."
        : 'Write it as in the IANA database: Europe/Berlin, America/New_York, UTC.';
    throw new Problem('invalid_schedule', error.message, { pointer: `/when/${error.at}`, hint });
  }
}
