import type { NodeAnswer, SessionState } from '@bpfleet/aggregate';
import {
  durationFromMs,
  type MessageInitShape,
  type SessionSchema,
  SessionState as State,
  timestampFromMs,
} from '@bpfleet/contracts';
import { answerSheet, type NodeAccount } from './node-account.ts';
import type { Place } from './queue/session-queue.ts';
import type { Rollout } from './rollout/rollout.ts';
import type { SessionRow } from './session.entity.ts';
import { programMessage, programOf, type SessionTool } from './session-program.ts';
import { nodeAmountText } from './targeting/node-amount.ts';
import { sampleWeight } from './targeting/sample.ts';

const states: Readonly<Record<SessionState, State>> = {
  pending: State.PENDING,
  running: State.RUNNING,
  complete: State.COMPLETE,
  partial: State.PARTIAL,
  failed: State.FAILED,
  cancelled: State.CANCELLED,
};

/** A session as gRPC shows it. */
export function sessionMessage(
  session: SessionRow,
  accounts: readonly NodeAccount[],
  place: Place | null,
): MessageInitShape<typeof SessionSchema> {
  const { nodes, ...counts } = answerSheet(accounts);
  return {
    id: session.id,
    state: states[session.state],
    ...(session.programSource === null ? {} : { program: programMessage(programOf(session)) }),
    programDigest: session.programDigest,
    selector: session.selector,
    interval: durationFromMs(session.intervalMs),
    duration: durationFromMs(session.durationMs),
    createdAt: timestampFromMs(session.createdAt.getTime()),
    ...(session.startedAt === null ? {} : { startedAt: timestampFromMs(session.startedAt.getTime()) }),
    ...(session.endedAt === null ? {} : { endedAt: timestampFromMs(session.endedAt.getTime()) }),
    answer: { ...counts, nodes: nodes.map(nodeMessage) },
    ...(session.sample === null ? {} : { sample: { ...session.sample, weight: sampleWeight(session.sample) } }),
    ...(session.rollout === null ? {} : { rollout: rolloutMessage(session.rollout, session) }),
    late: session.late,
    ...(session.tool === null ? {} : { tool: toolMessage(session.tool) }),
    priority: session.priority,
    ...(place === null ? {} : { queue: placeMessage(place) }),
    ...(session.startAt === null ? {} : { startAt: timestampFromMs(session.startAt.getTime()) }),
  };
}

function toolMessage({ name, digest, parameters }: SessionTool) {
  const texts = Object.entries(parameters).map(([each, value]) => [each, String(value)]);
  return { name, digest, parameters: Object.fromEntries(texts) };
}

function placeMessage({ position, startsAt, waitsFor }: Place) {
  return { position, startsAt: timestampFromMs(startsAt), waitsFor: waitsFor ?? '' };
}

function rolloutMessage({ canary, soakMs, maxFailures }: Rollout, { wave, waves, halted }: SessionRow) {
  return {
    rollout: { canary: nodeAmountText(canary), soak: durationFromMs(soakMs), maxFailures },
    wave: wave + 1,
    waves,
    ...(halted === null ? {} : { halted }),
  };
}

function nodeMessage(node: NodeAnswer) {
  const { name, arch, kernel, state, produced, stored, lost, overhead, reason, variant } = node;
  return {
    name,
    arch,
    kernel,
    state,
    produced: BigInt(produced),
    stored: BigInt(stored),
    lost: {
      kernel: BigInt(lost.kernel),
      sampledOut: BigInt(lost.sampledOut),
      truncated: BigInt(lost.truncated),
      evicted: BigInt(lost.evicted),
      mapFull: BigInt(lost.mapFull),
      readFailed: BigInt(lost.readFailed),
    },
    ...(overhead === null ? {} : { overhead }),
    ...(reason === null ? {} : { reason }),
    ...(variant === undefined ? {} : { variant }),
  };
}
