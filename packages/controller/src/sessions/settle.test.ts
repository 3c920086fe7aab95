import { noLoss } from '@bpfleet/aggregate';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ManifestAccount, type RunAccount, settle, settleSilence } from './settle.ts';

const manifest = (over: Partial<ManifestAccount> = {}): ManifestAccount => ({
  firstSeq: 1n,
  lastSeq: 10n,
  produced: 30n,
  lost: noLoss(),
  outcome: 'complete',
  reason: '',
  ...over,
});
const run = (over: Partial<RunAccount> = {}): RunAccount => ({
  storedSeqs: [[1n, 10n]],
  storedRecords: 30n,
  manifest: manifest(),
  ...over,
});

it('a node that came late missed something, however well its numbers balance', () => {
  expect(settle([run()], 2_345)).toEqual({ state: 'partial', reason: 'it came 2.3 s after the start' });
});

describe('settle', () => {
  it.each<[string, RunAccount[], object | undefined]>([
    ['no run', [], undefined],
    ['no manifest yet', [run({ manifest: undefined })], undefined],
    ['balanced', [run()], { state: 'complete', reason: null }],
    [
      'nothing to report',
      [run({ storedSeqs: [], storedRecords: 0n, manifest: manifest({ firstSeq: 0n, lastSeq: 0n, produced: 0n }) })],
      { state: 'complete', reason: null },
    ],
    [
      'sampled on purpose',
      [run({ manifest: manifest({ produced: 40n, lost: { ...noLoss(), sampledOut: 10n } }) })],
      { state: 'complete', reason: null },
    ],
    [
      'truncated strings are stored',
      [run({ manifest: manifest({ lost: { ...noLoss(), truncated: 4n } }) })],
      { state: 'complete', reason: null },
    ],
    [
      'a gap',
      [
        run({
          storedSeqs: [
            [1n, 4n],
            [6n, 10n],
          ],
          storedRecords: 27n,
        }),
      ],
      { state: 'partial', reason: '1 of 10 windows did not arrive' },
    ],
    [
      'losses',
      [run({ manifest: manifest({ produced: 37n, lost: { ...noLoss(), kernel: 5n, mapFull: 2n } }) })],
      { state: 'partial', reason: 'records were lost: 5 in the kernel, 2 because a map was full' },
    ],
    [
      'numbers that do not add up',
      [run({ storedRecords: 29n })],
      { state: 'partial', reason: 'the numbers do not balance: 30 produced, 29 stored, 0 lost' },
    ],
    [
      'dropped by the agent after it had arrived',
      [run({ manifest: manifest({ lost: { ...noLoss(), evicted: 3n } }) })],
      { state: 'complete', reason: null },
    ],
    [
      'dropped, some of it after it had arrived',
      [run({ storedRecords: 28n, manifest: manifest({ lost: { ...noLoss(), evicted: 3n } }) })],
      { state: 'partial', reason: 'records were lost: 2 from the full spool' },
    ],
    [
      'cut short',
      [run({ manifest: manifest({ outcome: 'partial', reason: 'cancelled' }) })],
      { state: 'partial', reason: 'cancelled' },
    ],
    [
      'never attached',
      [
        run({
          storedSeqs: [],
          storedRecords: 0n,
          manifest: manifest({
            firstSeq: 0n,
            lastSeq: 0n,
            produced: 0n,
            outcome: 'failed',
            reason: 'no such tracepoint',
          }),
        }),
      ],
      { state: 'failed', reason: 'no such tracepoint' },
    ],
    [
      'a run before without an account',
      [run({ manifest: undefined }), run()],
      { state: 'partial', reason: 'the agent started again, and no account came of 10 windows from before' },
    ],
  ])('%s', (_, runs, expected) => {
    expect(settle(runs)).toEqual(expected);
  });

  it('never calls complete what does not balance', () => {
    const small = fc.bigInt(0n, 3n);
    fc.assert(
      fc.property(small, small, small, small, small, (produced, stored, kernel, evicted, last) => {
        const lost = { ...noLoss(), kernel, evicted };
        const first = last === 0n ? 0n : 1n;
        const account = run({
          storedSeqs: stored === 0n ? [] : [[1n, stored]],
          storedRecords: stored,
          manifest: manifest({ firstSeq: first, lastSeq: last, produced, lost }),
        });
        const whole = produced === stored && kernel === 0n && stored >= last;
        expect(settle([account])?.state).toBe(whole ? 'complete' : 'partial');
      }),
    );
  });
});

describe('settleSilence', () => {
  const at = new Date('2026-01-02T03:04:05.000Z');
  it.each([
    [
      { attached: true, storedFrames: 3n, connectionLostAt: at, cancelled: false },
      'partial',
      'the connection was lost at 2026-01-02T03:04:05.000Z; 3 windows stored',
    ],
    [
      { attached: true, storedFrames: 0n, connectionLostAt: null, cancelled: false },
      'partial',
      'no manifest came; 0 windows stored',
    ],
    [
      { attached: false, storedFrames: 1n, connectionLostAt: null, cancelled: true },
      'partial',
      'no manifest came; 1 window stored',
    ],
    [
      { attached: false, storedFrames: 0n, connectionLostAt: null, cancelled: false },
      'offline',
      'it never said that it attached',
    ],
    [
      { attached: false, storedFrames: 0n, connectionLostAt: null, cancelled: true },
      'skipped',
      'cancelled before it was attached',
    ],
  ] as const)('silence %#', (silence, state, reason) => {
    expect(settleSilence(silence)).toEqual({ state, reason });
  });
});
