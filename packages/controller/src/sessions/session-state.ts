import type { NodeAnswerState, SessionState } from '@bpfleet/aggregate';

/** Final states may still turn into another of them when late frames or a late manifest arrive. */
export function isFinal(state: NodeAnswerState): boolean {
  switch (state) {
    case 'pending':
    case 'running':
      return false;
    case 'complete':
    case 'partial':
    case 'failed':
    case 'offline':
    case 'skipped':
      return true;
  }
}

/** Whether a node's part may go from one state to another. A node that has ended never runs again. */
export function mayBecome(from: NodeAnswerState, to: NodeAnswerState): boolean {
  switch (from) {
    case 'pending':
      return to !== 'pending';
    case 'running':
      return to !== 'running' && to !== 'pending' && to !== 'skipped';
    case 'complete':
    case 'partial':
    case 'failed':
    case 'offline':
      return to === 'complete' || to === 'partial' || to === 'failed';
    case 'skipped':
      return to === 'complete' || to === 'partial';
  }
}

/** The state of a session as that of its nodes makes it. */
export function sessionState(
  nodes: readonly NodeAnswerState[],
  { cancelled, halted }: { readonly cancelled: boolean; readonly halted: boolean },
): SessionState {
  if (!nodes.every(isFinal)) {
    return nodes.some((state) => state === 'running' || state === 'complete' || state === 'partial')
      ? 'running'
      : 'pending';
  }
  if (halted) {
    return 'failed';
  }
  if (cancelled) {
    return 'cancelled';
  }
  if (nodes.every((state) => state === 'complete')) {
    return 'complete';
  }
  return nodes.some((state) => state === 'complete' || state === 'partial') ? 'partial' : 'failed';
}

export function hasEnded(nodes: readonly NodeAnswerState[]): boolean {
  return nodes.every(isFinal);
}
