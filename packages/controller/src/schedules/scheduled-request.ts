import { plainCourse } from '../sessions/course.ts';
import type { SessionProgram } from '../sessions/session-program.ts';
import type { SessionRequest } from '../sessions/session-request.ts';
import type { ScheduleRow } from './schedule.entity.ts';

/** What a schedule measures, of a row that was read with its program. */
export function scheduledRequest(schedule: ScheduleRow): SessionRequest {
  const { kind: _, arguments: words = [], ...request } = schedule.request;
  const { course = plainCourse, priority = 0 } = request;
  return { ...request, course, priority, program: program(schedule, words) };
}

function program({ programSource, programObject }: ScheduleRow, words: readonly string[]): SessionProgram {
  return programObject == null
    ? { kind: 'script', source: programSource ?? '', arguments: words }
    : { kind: 'object', object: programObject };
}
