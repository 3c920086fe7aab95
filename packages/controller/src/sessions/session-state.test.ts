import type { NodeAnswerState } from '@bpfleet/aggregate';
import { describe, expect, it } from 'vitest';
import { isFinal, mayBecome, sessionState } from './session-state.ts';

const states = ['pending', 'running', 'complete', 'partial', 'failed', 'offline', 'skipped'] as const;

describe('sessionState', () => {
  it.each<[NodeAnswerState[], boolean, string]>([
    [['pending', 'pending'], false, 'pending'],
    [['pending', 'offline'], false, 'pending'],
    [['running', 'pending'], false, 'running'],
    [['complete', 'pending'], false, 'running'],
    [['running'], true, 'running'],
    [['complete', 'complete'], false, 'complete'],
    [['complete', 'offline'], false, 'partial'],
    [['complete', 'skipped'], false, 'partial'],
    [['partial', 'failed'], false, 'partial'],
    [['failed', 'offline'], false, 'failed'],
    [['offline'], false, 'failed'],
    [['partial', 'complete'], true, 'cancelled'],
    [['skipped'], true, 'cancelled'],
  ])('%j, cancelled %s -> %s', (nodes, cancelled, expected) => {
    expect(sessionState(nodes, cancelled)).toBe(expected);
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
