import { CheckResponseSchema, create, type MessageInitShape } from '@bpfleet/contracts';
import { describe, expect, it } from 'vitest';
import type { NodeAnswer } from '../gateway/node-questions.ts';
import { planTargets } from './plan-targets.ts';

const answer = (init: MessageInitShape<typeof CheckResponseSchema>): NodeAnswer => ({
  kind: 'answered',
  response: create(CheckResponseSchema, init),
});
const loads = answer({ loads: true });
const refuses = answer({ loads: false, diagnostics: [{ code: 'no-match', message: 'no such tracepoint', line: 1 }] });
const verifier = answer({ loads: false, reason: 'the verifier refused it' });
const offline: NodeAnswer = { kind: 'offline' };
const silent: NodeAnswer = { kind: 'silent' };

describe('planTargets', () => {
  it.each<[string, NodeAnswer[], string[]]>([
    ['all take it', [loads, loads], ['pending', 'pending']],
    ['one refuses', [refuses, loads], ['skipped', 'pending']],
    ['one is offline', [offline, loads], ['offline', 'pending']],
    ['all are offline', [offline, offline], ['offline', 'offline']],
    ['one does not answer', [silent, refuses], ['pending', 'skipped']],
  ])('%s', (_, answers, states) => {
    expect(planTargets(answers)).toMatchObject({ kind: 'run', targets: states.map((state) => ({ state })) });
  });

  it.each<[string, NodeAnswer[], object]>([
    [
      'all refuse',
      [refuses, refuses],
      { reason: 'no such tracepoint', diagnostics: [{ code: 'no-match', line: 1, hint: null }] },
    ],
    ['all that are there refuse', [offline, verifier], { reason: 'the verifier refused it', diagnostics: [] }],
  ])('refuses the program where %s', (_, answers, expected) => {
    expect(planTargets(answers)).toMatchObject({ kind: 'refused', ...expected });
  });
});
