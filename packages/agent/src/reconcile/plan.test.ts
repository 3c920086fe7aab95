import { describe, expect, test } from 'vitest';
import { noLimits } from '../guard/limits.ts';
import type { Assignment } from '../session/assignment.ts';
import { type Action, type Desired, type ObservedSession, plan } from './plan.ts';

const now = 1_000;
const want = (sessionId: string, deadline = 2_000): Assignment => ({
  sessionId,
  program: { kind: 'script', source: '' },
  limits: noLimits,
  intervalMs: 1_000,
  durationMs: 500,
  deadline,
  startAt: null,
});
const desired = (...assignments: Assignment[]): Desired => ({ assignments, unusable: [] });
const active = (sessionId: string, stopping = false): ObservedSession => ({ kind: 'active', sessionId, stopping });
const draining = (sessionId: string): ObservedSession => ({ kind: 'draining', sessionId });
const delivered = (sessionId: string): ObservedSession => ({ kind: 'delivered', sessionId });
const start = (sessionId: string): Action => ({ kind: 'start', assignment: want(sessionId) });
const reject = (sessionId: string, reason: string): Action => ({ kind: 'reject', sessionId, reason });
const report: Action = { kind: 'report' };

describe('plan', () => {
  test.each<[string, Desired, ObservedSession[], Action[]]>([
    ['nothing wanted, nothing here', desired(), [], []],
    ['a new session starts', desired(want('a')), [], [start('a'), report]],
    ['one that runs is left alone', desired(want('a')), [active('a')], []],
    ['one named twice starts once', desired(want('a'), want('a')), [], [start('a'), report]],
    [
      'one that is not wanted any more ends',
      desired(want('b')),
      [active('a'), active('b')],
      [{ kind: 'stop', sessionId: 'a' }, report],
    ],
    ['one that is ending is not told again', desired(), [active('a', true)], []],
    ['one wanted again while it ends is not started a second time', desired(want('a')), [active('a', true)], []],
    ['one that has ended here is not started again, and reported', desired(want('a')), [draining('a')], [report]],
    ['one that was delivered is not started again, and reported', desired(want('a')), [delivered('a')], [report]],
    [
      'one that was delivered is forgotten once it is not wanted',
      desired(),
      [delivered('a')],
      [{ kind: 'forget', sessionId: 'a' }, report],
    ],
    ['what drains is nobody else’s affair', desired(), [draining('a')], []],
    ['a deadline that has passed', desired(want('a', 1_000)), [], [reject('a', 'deadline passed'), report]],
    ['a deadline that passes while it runs is not for the planner', desired(want('a', 500)), [active('a')], []],
    [
      'an assignment that cannot be read',
      { assignments: [], unusable: [{ sessionId: 'a', reason: 'why' }] },
      [],
      [reject('a', 'why'), report],
    ],
    [
      '… is answered once',
      { assignments: [], unusable: [{ sessionId: 'a', reason: 'why' }] },
      [draining('a')],
      [report],
    ],
    [
      'more than the limit',
      desired(want('b'), want('c')),
      [active('a')],
      [
        { kind: 'stop', sessionId: 'a' },
        start('b'),
        reject('c', 'this node already runs 2 sessions, which is its limit'),
        report,
      ],
    ],
  ])('%s', (_name, wanted, observed, actions) => {
    expect(plan(wanted, observed, now, { maxSessions: 2 })).toEqual(actions);
  });
});
