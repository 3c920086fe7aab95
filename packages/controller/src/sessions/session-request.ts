import type { ToolCatalog } from '../tools/tool-catalog.ts';
import { type Course, readCourse } from './course.ts';
import { duration } from './duration.ts';
import type { CreateSessionBody } from './session.body.ts';
import { durationBounds, intervalBounds, soakBounds } from './session-bounds.ts';
import { type GivenObject, objectProgram, type SessionProgram, variantsProgram } from './session-program.ts';

/** What to measure, its durations in milliseconds and within bounds. */
export interface SessionRequest {
  readonly program: SessionProgram;
  readonly selector: string;
  readonly durationMs: number;
  readonly intervalMs: number;
  /** 0: the agent's own default. */
  readonly mapBytes: number;
  readonly probes: number;
  /** Fraction of a node's CPU time; 0: no limit. */
  readonly overhead: number;
  /** 0: no limit. */
  readonly eventsPerSecond: number;
  readonly course: Course;
  /** Of sessions that wait for room on their nodes the highest is first. */
  readonly priority: number;
}

/** Reads the body of a request. Throws Problem `invalid_duration`, `invalid_program` that points into it. */
export function sessionRequest(body: CreateSessionBody, tools: ToolCatalog): SessionRequest {
  return {
    durationMs: duration(body.for, '/for', durationBounds),
    program: requestedProgram(body.program, tools),
    selector: body.nodes,
    intervalMs: duration(body.every, '/every', intervalBounds),
    mapBytes: body.limits?.mapBytes ?? 0,
    probes: body.limits?.probes ?? 0,
    overhead: body.limits?.overhead ?? 0,
    eventsPerSecond: body.limits?.eventsPerSecond ?? 0,
    priority: body.priority,
    course: readCourse({
      sample: body.sample,
      maxNodes: body.maxNodes,
      seed: body.seed,
      late: body.late,
      startAt: body.startAt === undefined ? undefined : Date.parse(body.startAt),
      rollout: body.rollout && { ...body.rollout, soakMs: duration(body.rollout.soak, '/rollout/soak', soakBounds) },
    }),
  };
}

/** The program of a body. Throws Problem `invalid_program`. */
export function requestedProgram(program: CreateSessionBody['program'], tools: ToolCatalog): SessionProgram {
  switch (program.kind) {
    case 'script':
      return program;
    case 'object':
      return objectProgram(givenObject(program));
    case 'tool':
      return tools.program(program.name, program.parameters, '/program');
    case 'variants':
      return variantsProgram(program.variants, program.arguments);
  }
}

function givenObject(program: Extract<CreateSessionBody['program'], { kind: 'object' }>): GivenObject {
  const { object, manifest, parameters = {} } = program;
  return {
    object: Buffer.from(object, 'base64'),
    parameters: Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, String(value)])),
    ...(manifest !== undefined && { manifest }),
  };
}
