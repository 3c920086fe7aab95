import { encodeTimeCursor } from '../paging/cursor.ts';
import type { Firing } from './firing.ts';
import type { ScheduleStatus } from './schedule.service.ts';

/** Where a page of schedules ended. */
export function scheduleCursor({ schedule }: ScheduleStatus): string {
  return encodeTimeCursor({ at: schedule.createdAt, id: schedule.id });
}

/** Where a page of firings ended. */
export function firingCursor({ due, scheduleId }: Firing): string {
  return encodeTimeCursor({ at: due, id: scheduleId });
}
