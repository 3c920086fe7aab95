import { plainCourse } from '../sessions/course.ts';
import { type SessionProgram, variantsProgram } from '../sessions/session-program.ts';
import type { SessionRequest } from '../sessions/session-request.ts';
import type { ScheduleRow } from './schedule.entity.ts';

/** What a schedule measures, of a row that was read with its program. */
export function scheduledRequest(schedule: ScheduleRow): SessionRequest {
  const { kind: _, arguments: __, variants: ___, tool: ____, ...request } = schedule.request;
  const { course = plainCourse, priority = 0 } = request;
  return { ...request, course, priority, program: program(schedule) };
}

function program({ programSource, programObject, request }: ScheduleRow): SessionProgram {
  if (programObject != null) return { kind: 'object', object: programObject };
  const { arguments: words = [], variants, tool } = request;
  if (variants !== undefined) return variantsProgram(variants, words, tool);
  return { kind: 'script', source: programSource ?? '', arguments: words };
}
