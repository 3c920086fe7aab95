import type { LossCounts, NodeAnswer, NodeAnswerState, SessionState } from '@bpfleet/aggregate';
import { type AnswerSheet, jsonInteger } from '@bpfleet/aggregate';

/** A target of a session with its numbers. */
export interface NodeAccount {
  readonly sessionId: string;
  readonly nodeId: string;
  readonly name: string;
  readonly arch: string;
  readonly kernel: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly state: NodeAnswerState;
  readonly reason: string | null;
  /** Which of several variants of a program it took; null where it took none, or there is one. */
  readonly variant: string | null;
  readonly produced: bigint;
  readonly stored: bigint;
  readonly lost: LossCounts;
  readonly overhead: number | null;
}

export type AnswerCounts = Omit<AnswerSheet, 'nodes'>;

/** The answer sheet's numbers. Law: they add up to the targets once every node has ended. */
export function countAnswers(nodes: readonly Pick<NodeAccount, 'state'>[]): AnswerCounts {
  const count = (state: NodeAnswerState) => nodes.filter((node) => node.state === state).length;
  return {
    targets: nodes.length,
    complete: count('complete'),
    partial: count('partial'),
    failed: count('failed'),
    offline: count('offline'),
    skipped: count('skipped'),
  };
}

export function answerSheet(nodes: readonly NodeAccount[]): AnswerSheet {
  return { ...countAnswers(nodes), nodes: nodes.map(nodeAnswer) };
}

export function nodeAnswer(node: NodeAccount): NodeAnswer {
  const { kernel, sampledOut, truncated, evicted, mapFull, readFailed } = node.lost;
  return {
    name: node.name,
    arch: node.arch,
    kernel: node.kernel,
    state: node.state,
    produced: jsonInteger(node.produced),
    stored: jsonInteger(node.stored),
    lost: {
      kernel: jsonInteger(kernel),
      sampledOut: jsonInteger(sampledOut),
      truncated: jsonInteger(truncated),
      evicted: jsonInteger(evicted),
      mapFull: jsonInteger(mapFull),
      readFailed: jsonInteger(readFailed),
    },
    overhead: node.overhead,
    reason: node.reason,
    ...(node.variant !== null && { variant: node.variant }),
  };
}

export function isOver(state: SessionState, endedAt: Date | null): boolean {
  return endedAt !== null && state !== 'pending' && state !== 'running';
}
