import type { SpooledRun } from '@bpfleet/agent/testing';
import type { ResultDocument } from '@bpfleet/aggregate';
import { create, type Frame, FramePayloadSchema, FrameSchema, toBinary, writeMaps } from '@bpfleet/contracts';
import { expect, test } from 'vitest';
import { type ReadsTruth, readsDiffer } from './check-reads.ts';
import { mapsAfter } from './reads-script.ts';
import type { StoredFrame } from './stored-frames.ts';

const noLoss = { kernel: 0, sampledOut: 0, truncated: 0, evicted: 0, mapFull: 0, readFailed: 0 };

/** A window in which the calls of these numbers were told, and added up in the maps. */
function payload(...numbers: number[]): Uint8Array {
  const count = (by: number) => new Map([[0, BigInt(by)]]);
  const maps = writeMaps([
    { map: 0, entries: [{ key: [], cells: count(numbers.length) }] },
    { map: 1, entries: [{ key: [], cells: count(numbers.reduce((sum, each) => sum + each, 0)) }] },
    { map: 2, entries: [{ key: [], cells: count(Math.max(...numbers)) }] },
    { map: 3, entries: [{ key: [0n], cells: count(numbers.length) }] },
  ]);
  const events = toBinary(
    FramePayloadSchema,
    create(FramePayloadSchema, { events: numbers.map((number) => ({ text: `${number} ...\n` })) }),
  );
  return Buffer.concat([maps, events]);
}

const stored = (seq: number, bytes: Uint8Array, records = 1): StoredFrame => ({
  nodeId: 'x',
  bootEpoch: '1',
  seq: String(seq),
  records,
  payload: bytes,
});
const spooled = (seq: bigint, bytes: Uint8Array): Frame => create(FrameSchema, { seq, payload: bytes });

function documentOf(first: number, last: number, node: object = {}): ResultDocument {
  const maps = new Map<string, object[]>();
  for (const [id, value] of mapsAfter(first, last)) {
    const [name = '', ...key] = id.split(' ');
    maps.set(name, [...(maps.get(name) ?? []), { key, value: Number(value), nodes: 1 }]);
  }
  const answer = { name: 'r0', state: 'complete', produced: 9, stored: 9, lost: noLoss, reason: null, ...node };
  return {
    answer: { targets: 1, complete: 1, partial: 0, failed: 0, offline: 0, skipped: 0, nodes: [answer] },
    maps: [...maps].map(([name, entries]) => ({ name, entries })),
  } as unknown as ResultDocument;
}

/** Calls 11 to 16 were made, all while it was attached, and came in two windows. */
const whole: ReadsTruth = {
  before: 10,
  attachedBy: 10,
  last: 16,
  deaths: [],
  stops: [],
  frames: [stored(1, payload(11, 12, 13)), stored(2, payload(14, 15, 16))],
  document: documentOf(11, 16),
};
const run: SpooledRun = {
  session: 's',
  epoch: 1n,
  last: 2n,
  acked: 1n,
  evicted: 0n,
  ended: false,
  frames: [spooled(2n, payload(14, 15, 16))],
};
/** The same, of which the agent saw no more than that: it was killed. */
const cut: Partial<ReadsTruth> = {
  last: 30,
  deaths: [{ lastCall: 20, runs: [run] }],
  document: documentOf(11, 16, { state: 'partial', reason: 'agent was killed' }),
};

const killed = (first: number, last: number) =>
  documentOf(first, last, { state: 'partial', reason: 'agent was killed' });
/** Asked to end after call 15, ended by call 18. */
const stopped: Partial<ReadsTruth> = {
  last: 30,
  stops: [{ lastBefore: 15, lastCall: 18 }],
  document: documentOf(11, 16, { state: 'partial', reason: 'agent was stopped; 2 s of 5 m measured' }),
};
const evicted = { state: 'partial', reason: 'lost', produced: 13, stored: 6, lost: { ...noLoss, evicted: 7 } };
const sums = /@(n|sum|last|by 0) is/;

test.each<[string, Partial<ReadsTruth>, RegExp[]]>([
  ['all as it should be', {}, []],
  ['killed, and all that was captured is there', cut, []],
  [
    'a frame is lost at the end',
    { frames: [stored(1, payload(11, 12, 13))], document: documentOf(11, 13) },
    [/3 of the calls 11 to 16 are not told, 0 records/, sums],
  ],
  [
    'a frame is lost before the end',
    { frames: [stored(1, payload(11)), stored(3, payload(12, 13, 14, 15, 16))] },
    [/frame 1 2 is not stored/],
  ],
  [
    'a frame is there twice',
    { frames: [...whole.frames, stored(2, payload(14, 15, 16))] },
    [/frame 1 2 is stored twice/, /frame 1 3 is not stored/, /3 calls are told twice/, sums],
  ],
  [
    'a call is told in two windows, and counted in both',
    { frames: [...whole.frames, stored(3, payload(16))] },
    [/1 calls are told twice/, sums],
  ],
  [
    'calls that nobody made',
    { last: 15 },
    [/calls 11 to 16 are told, 11 to 15 were made/, /@n is 6, it can be 5/, sums],
  ],
  [
    'what was captured before a kill is not stored',
    { ...cut, frames: [stored(1, payload(11, 12, 13))], document: killed(11, 13) },
    [/2 frames of epoch 1 were captured, 1 are stored/],
  ],
  [
    'what was captured before a kill is another',
    { ...cut, frames: [stored(1, payload(11, 12, 13)), stored(2, payload(14, 16, 15))] },
    [/frame 1 2 is not what was captured/],
  ],
  [
    'something came after a kill',
    { ...cut, frames: [...whole.frames, stored(3, payload(17))], document: killed(11, 17) },
    [/after frame 1 2 the agent was dead/],
  ],
  [
    'it was attached again after a kill',
    { ...cut, frames: [...whole.frames, { ...stored(1, payload(17)), bootEpoch: '2' }], document: killed(11, 17) },
    [/measured in the epochs 1, 2/],
  ],
  ['stopped, and all that was called before is there', stopped, []],
  [
    'a call from before a stop is missing',
    {
      ...stopped,
      stops: [{ lastBefore: 17, lastCall: 18 }],
    },
    [/1 of the calls 11 to 17 are not told/],
  ],
  [
    'a call from after a stop',
    { ...stopped, stops: [{ lastBefore: 14, lastCall: 15 }] },
    [/calls 11 to 16 are told, 11 to 15 were made/],
  ],
  [
    'a stop that is not told',
    { ...stopped, document: documentOf(11, 16) },
    [/14 of the calls 11 to 30 are not told/, sums],
  ],
  [
    'the spool had no room, which is told',
    {
      frames: [stored(1, payload(11, 12, 13)), stored(2, new Uint8Array(), 0)],
      document: documentOf(11, 13, evicted),
    },
    [],
  ],
  [
    'more is missing than was told',
    {
      attachedBy: 5,
      before: 1,
      frames: [stored(1, payload(11, 12, 13)), stored(2, new Uint8Array(), 0)],
      document: documentOf(11, 13, evicted),
    },
    [/8 of the calls 6 to 16 are not told, 7 records/],
  ],
  [
    'what was killed is not complete',
    { ...cut, document: documentOf(11, 16) },
    [/it is complete .* should be partial/],
  ],
  [
    'nothing was attached, because the spool had no room',
    {
      attachedBy: null,
      frames: [],
      document: documentOf(1, 0, { state: 'failed', produced: 0, stored: 0, reason: 'the spool cannot be written' }),
    },
    [],
  ],
  [
    'nothing was attached, for no good cause',
    {
      attachedBy: null,
      frames: [],
      document: documentOf(1, 0, { state: 'failed', produced: 0, stored: 0, reason: '?' }),
    },
    [/it is failed .* should be complete/],
  ],
  [
    'partial without a cause',
    { document: documentOf(11, 16, { state: 'partial', reason: '?' }) },
    [/should be complete/],
  ],
])('%s', (_name, over, expected) => {
  const found = readsDiffer({ ...whole, ...over });
  for (const each of expected) expect(found).toContainEqual(expect.stringMatching(each));
  expect(found.filter((line) => !expected.some((each) => each.test(line)))).toEqual([]);
});
