import type { ResultDocument } from '@bpfleet/aggregate';
import { syntheticWindows } from '@bpfleet/testkit/simulator';
import { expect, test } from 'vitest';
import { type SyntheticTruth, syntheticDiffers } from './check-synthetic.ts';
import type { StoredFrame } from './stored-frames.ts';

const windows = syntheticWindows(1, 200);
const [first, second] = [windows[0], windows[1]].map((window) => {
  if (!window) throw new Error('there are windows');
  return window;
}) as [(typeof windows)[number], (typeof windows)[number]];
const stored = (seq: number, { payload, records }: { payload: Uint8Array; records: number }): StoredFrame => ({
  nodeId: 'x',
  bootEpoch: '1',
  seq: String(seq),
  records,
  payload,
});
const lost = { kernel: 0, sampledOut: 0, truncated: 0, evicted: 0, mapFull: 0 };

/** A node that made two frames, of which all arrived and are added up. */
function truth(): SyntheticTruth & { frames: StoredFrame[] } {
  const records = first.records + second.records;
  const tasks = [...new Set([...first.counts.keys(), ...second.counts.keys()])];
  const opens = tasks.map((task) => ({
    group: 'n',
    key: [task],
    value: Number((first.counts.get(task) ?? 0n) + (second.counts.get(task) ?? 0n)),
    nodes: 1,
  }));
  const us = [{ group: 'n', key: [], count: Number(first.values + second.values), nodes: 1 }];
  const node = { name: 'n', state: 'complete', produced: records, stored: records, lost, reason: null };
  const counts = { targets: 1, complete: 1, partial: 0, failed: 0, offline: 0, skipped: 0 };
  return {
    windows,
    logs: [{ sessionId: 's', nodeId: 'x', bootEpoch: 1, frames: [0, 1], evicted: [], ended: true }],
    names: new Map([['x', 'n']]),
    frames: [stored(1, first), stored(2, second)],
    document: {
      answer: { ...counts, nodes: [node] },
      maps: [
        { name: '@opens', entries: opens },
        { name: '@us', entries: us },
      ],
    } as unknown as ResultDocument,
  };
}

const answer = (over: object) => {
  const { document } = truth();
  return { document: { ...document, answer: { ...document.answer, ...over } } as ResultDocument };
};
const empty = { payload: new Uint8Array(), records: 0 };

test.each<[string, Partial<SyntheticTruth>, RegExp[]]>([
  ['all as it should be', {}, []],
  ['a frame is lost', { frames: [stored(1, first)] }, [/1 2 is stored 0 times/, ...sums()]],
  ['a frame is there twice', { frames: [...truth().frames, stored(2, second)] }, [/1 2 is stored 2 times/]],
  ['a frame is another', { frames: [stored(1, first), stored(2, first)] }, [/1 2 is not what was sent/]],
  ['a frame that nobody made', { frames: [...truth().frames, stored(3, first)] }, [/1 3 was never made/]],
  [
    'a frame is empty, and nobody dropped it',
    { frames: [stored(1, first), stored(2, empty)] },
    [/not what/, ...sums()],
  ],
  [
    'a frame was dropped, and what stands for it arrived; the sums still have it',
    {
      frames: [stored(1, first), stored(2, empty)],
      logs: truth().logs.map((log) => ({ ...log, evicted: [2] })),
    },
    sums(),
  ],
  ['the sheet has too few nodes', answer({ complete: 0 }), [/the sheet has 0 of 1 targets/]],
  [
    'more was produced than is accounted for',
    answer({ nodes: [{ name: 'n', produced: 9, stored: 7, lost: { ...lost, kernel: 1 }, reason: null }] }),
    [/n: 9 produced, 8 accounted for/],
  ],
])('%s', (_name, over, expected) => {
  const found = syntheticDiffers({ ...truth(), ...over });
  expect(found).toHaveLength(expected.length);
  for (const each of expected) expect(found.some((line) => each.test(line))).toBe(true);
});

/** What is said where the sums have the second frame, and the database has it not. */
function sums(): RegExp[] {
  return [...[...second.counts.keys()].map((task) => new RegExp(`@opens n ${task} is`)), /@us n is/];
}
