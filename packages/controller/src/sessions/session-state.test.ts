import type { NodeAnswerState } from '@bpfleet/aggregate';
import { describe, expect, it } from 'vitest';
import { isFinal, mayBecome, sessionState } from './session-state.ts';

const states = ['pending', 'running', 'complete', 'partial', 'failed', 'offline', 'skipped'] as const;

describe('sessionState', () => {
  it.each<[NodeAnswerState[], 'cancelled' | 'halted' | null, string]>([
    [['pending', 'pending'], null, 'pending'],
    [['pending', 'offline'], null, 'pending'],
    [['running', 'pending'], null, 'running'],
    [['complete', 'pending'], null, 'running'],
    [['running'], 'cancelled', 'running'],
    [['complete', 'complete'], null, 'complete'],
    [['complete', 'offline'], null, 'partial'],
    [['complete', 'skipped'], null, 'partial'],
    [['partial', 'failed'], null, 'partial'],
    [['failed', 'offline'], null, 'failed'],
    [['offline'], null, 'failed'],
    [['partial', 'complete'], 'cancelled', 'cancelled'],
    [['skipped'], 'cancelled', 'cancelled'],
    [['partial', 'skipped'], 'halted', 'failed'],
    [['running', 'skipped'], 'halted', 'running'],
  ])('%j, %s -> %s', (nodes, fate, expected) => {
    expect(sessionState(nodes, { cancelled: fate !== null, halted: fate === 'halted' })).toBe(expected);
  });
});

describe('mayBecome', () => {
  const allowed = {
    pending: ['running', 'complete', 'partial', 'failed', 'offline', 'skipped'],
    running: ['complete', 'partial', 'failed', 'offline'],
    complete: ['complete', 'partial', 'failed'],
    partial: ['complete', 'partial', 'failed'],
    failed: ['complete', 'partial', 'failed'],
    offline: ['complete', 'partial', 'failed'],
    skipped: ['complete', 'partial'],
  } as const;
  it.each(states)('from %s', (from) => {
    expect(states.filter((to) => mayBecome(from, to))).toEqual([...allowed[from]]);
  });
  it('never leads from the end back to a run', () => {
    for (const from of states.filter(isFinal)) {
      expect(mayBecome(from, 'running') || mayBecome(from, 'pending')).toBe(false);
    }
  });
});
