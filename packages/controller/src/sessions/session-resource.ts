import type { SessionSummary } from '@bpfleet/aggregate';
import { formatDuration } from '@bpfleet/runtime';
import { type AnswerCounts, answerSheet, type NodeAccount } from './node-account.ts';
import type { Place } from './queue/session-queue.ts';
import type { Rollout } from './rollout/rollout.ts';
import type { SessionResourceBody } from './session.body.ts';
import type { SessionRow } from './session.entity.ts';
import { nodeAmountText } from './targeting/node-amount.ts';
import { sampleWeight } from './targeting/sample.ts';

export function sessionSummary(session: SessionRow): SessionSummary {
  return {
    id: session.id,
    state: session.state,
    program: {
      kind: session.programSource === null ? 'object' : 'script',
      digest: session.programDigest,
      ...(session.tool !== null && { tool: { ...session.tool } }),
    },
    startedAt: session.startedAt?.toISOString() ?? null,
    endedAt: session.endedAt?.toISOString() ?? null,
    interval: formatDuration(session.intervalMs),
    ...(session.sample !== null && { sample: { ...session.sample, weight: sampleWeight(session.sample) } }),
    ...(session.rollout !== null && { rollout: rolloutProgress(session.rollout, session) }),
  };
}

function rolloutProgress({ canary, soakMs, maxFailures }: Rollout, { wave, waves, halted }: SessionRow) {
  const rules = { canary: nodeAmountText(canary), soak: formatDuration(soakMs), maxFailures };
  return { ...rules, wave: wave + 1, waves, halted };
}

/** A session as REST shows it, with its whole answer sheet. */
export function sessionResource(
  session: SessionRow,
  accounts: readonly NodeAccount[],
  place: Place | null,
): SessionResourceBody {
  const queue = place && { ...place, startsAt: new Date(place.startsAt).toISOString() };
  return { ...withoutAnswer(session), queue, answer: answerSheet(accounts) };
}

/** A session in a list: the numbers of its answer sheet alone. */
export function sessionListItem(session: SessionRow, answer: AnswerCounts) {
  return { ...withoutAnswer(session), answer };
}

function withoutAnswer(session: SessionRow) {
  return {
    session: sessionSummary(session),
    nodes: session.selector,
    for: formatDuration(session.durationMs),
    createdAt: session.createdAt.toISOString(),
    warnings: session.warnings,
    schedule:
      session.scheduleId === null || session.scheduledFor === null
        ? null
        : { id: session.scheduleId, due: session.scheduledFor.toISOString() },
    priority: session.priority,
    late: session.late,
    startAt: session.startAt?.toISOString() ?? null,
  };
}
