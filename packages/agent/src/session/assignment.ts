import { type Assignment as AssignmentMessage, durationMs, timestampMs } from '@bpfleet/contracts';
import type { TraceLimits, TraceProgram } from '@bpfleet/tracer';
import { readProgram } from './program.ts';

/** What the controller wants on this node, checked. Times in milliseconds. */
export interface Assignment {
  readonly sessionId: string;
  readonly program: TraceProgram;
  readonly limits: TraceLimits;
  readonly intervalMs: number;
  readonly durationMs: number;
  /** Since the Unix epoch, on the fleet's clock. */
  readonly deadline: number;
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
  };
}

/** Zero means the default, which is the tracer's. */
export function readLimits(limits: { mapBytes: bigint; probes: number } | undefined): TraceLimits {
  return {
    ...(limits && limits.mapBytes > 0n ? { mapBytes: Number(limits.mapBytes) } : {}),
    ...(limits && limits.probes > 0 ? { probes: limits.probes } : {}),
  };
}
