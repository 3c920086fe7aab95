import {
  type Assignment as AssignmentMessage,
  durationMs,
  type Limits as LimitsMessage,
  timestampMs,
} from '@bpfleet/contracts';
import type { TraceProgram } from '@bpfleet/tracer';
import { type Limits, noLimits } from '../guard/limits.ts';
import { readProgram } from './program.ts';

/** What the controller wants on this node, checked. Times in milliseconds. */
export interface Assignment {
  readonly sessionId: string;
  readonly program: TraceProgram;
  readonly limits: Limits;
  readonly intervalMs: number;
  readonly durationMs: number;
  /** Since the Unix epoch, on the fleet's clock. */
  readonly deadline: number;
  /** When to attach, likewise; null: as soon as it is loaded. */
  readonly startAt: number | null;
}

/** Bounds on what is taken from a controller. */
const minIntervalMs = 100;
const maxDurationMs = 20 * 24 * 3600 * 1000;

/** The assignment, or one sentence that says why it is none. */
export function readAssignment(message: AssignmentMessage): Assignment | string {
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(message.sessionId)) return 'the session has no usable identifier';
  const program = readProgram(message.program, message.sessionId);
  if (typeof program === 'string') return program;
  const { interval, duration } = message.timing ?? {};
  if (!interval || !duration || !message.deadline) return 'interval, duration and deadline are required';
  const intervalMs = durationMs(interval);
  if (!(intervalMs >= minIntervalMs)) return `the interval is shorter than ${minIntervalMs} ms`;
  const length = durationMs(duration);
  if (!(length > 0 && length <= maxDurationMs)) return 'the duration is not between 1 ms and 20 days';
  return {
    sessionId: message.sessionId,
    program,
    limits: readLimits(message.limits),
    intervalMs,
    durationMs: length,
    deadline: timestampMs(message.deadline),
    startAt: message.startAt === undefined ? null : timestampMs(message.startAt),
  };
}

/** Zero means no bound of its own: the node's holds. */
export function readLimits(limits: LimitsMessage | undefined): Limits {
  const bound = (value: bigint | number | undefined) => (value !== undefined && value > 0 ? Number(value) : null);
  return {
    ...noLimits,
    mapBytes: bound(limits?.mapBytes),
    probes: bound(limits?.probes),
    overhead: bound(limits?.overhead),
    eventsPerSecond: bound(limits?.eventsPerSecond),
  };
}
