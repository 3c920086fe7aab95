import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SpoolDisk } from './disk.ts';
import type { RunId } from './entry.ts';
import { SimulatedDisk } from './simulated-disk.test-kit.ts';
import { Spool, type SpooledFrame } from './spool.ts';
import { type RunState, runKey } from './spool-state.ts';

const id = { session: 's', epoch: 1n };
const noLoss = { kernel: 0n, sampledOut: 0n, truncated: 0n, mapFull: 0n };
const skeleton = Uint8Array.of(7);

function frame(seq: bigint, size: number): SpooledFrame {
  const bytes = new Uint8Array(size).fill(Number(seq % 251n));
  return { seq, records: (size % 7) + 1, lost: { ...noLoss, kernel: 1n }, until: Number(seq) * 1000, bytes };
}

const open = (disk: SpoolDisk, maxBytes = 1 << 20) => Spool.open(disk, { maxBytes });
const runOf = (spool: Spool): Readonly<RunState> => {
  const run = spool.run(id);
  if (!run) throw new Error('the run is gone');
  return run;
};

/** Every seq behind the last acknowledgement is a frame or in one hole. */
function expectWhole(run: Readonly<RunState>): void {
  const seqs = run.frames.map((each) => each.seq);
  for (const hole of run.holes) for (let seq = hole.first; seq <= hole.last; seq++) seqs.push(seq);
  seqs.sort((a, b) => (a < b ? -1 : 1));
  expect(seqs).toEqual(
    Array.from({ length: Number(run.last - run.acked) }, (_, index) => run.acked + 1n + BigInt(index)),
  );
}

type Operation =
  | { kind: 'append'; sizes: number[] }
  | { kind: 'ack'; part: number }
  | { kind: 'refuse'; part: number }
  | { kind: 'crash'; part: number }
  | { kind: 'reopen' }
  | { kind: 'flip'; at: number };

const unit = fc.double({ min: 0, max: 0.999, noNaN: true });
const safe: fc.Arbitrary<Operation>[] = [
  fc.record({
    kind: fc.constant('append' as const),
    sizes: fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 4 }),
  }),
  fc.record({ kind: fc.constant('ack' as const), part: unit }),
  fc.record({ kind: fc.constant('refuse' as const), part: unit }),
  fc.record({ kind: fc.constant('crash' as const), part: unit }),
  fc.record({ kind: fc.constant('reopen' as const) }),
];
const flip: fc.Arbitrary<Operation> = fc.record({ kind: fc.constant('flip' as const), at: unit });

/** Runs the operations; gives the spool at the end and everything that was ever appended. */
async function perform(operations: readonly Operation[], maxBytes: number) {
  const disk = new SimulatedDisk();
  let { spool } = await open(disk, maxBytes);
  const appended = new Map<string, SpooledFrame>();
  let mine: RunId = id;
  await spool.start(id, { at: 1, durationMs: 10_000, skeleton });
  let seq = 0n;
  for (const operation of operations) {
    switch (operation.kind) {
      case 'append': {
        const frames = operation.sizes.map((size) => frame(++seq, size));
        for (const each of frames) appended.set(`${runKey(mine)}/${each.seq}`, each);
        await spool.append(mine, frames);
        break;
      }
      case 'ack':
        await spool.ack(mine, BigInt(Math.ceil(Number(spool.run(mine)?.last ?? 0n) * operation.part)));
        break;
      case 'refuse':
        await spool.refuse(mine, BigInt(Math.ceil(Number(spool.run(mine)?.last ?? 0n) * operation.part)));
        break;
      case 'crash':
        disk.crash(operation.part);
        ({ spool } = await open(disk, maxBytes));
        break;
      case 'reopen':
        await spool.shut();
        ({ spool } = await open(disk, maxBytes));
        break;
      case 'flip':
        disk.flip(operation.at);
        ({ spool } = await open(disk, maxBytes));
        // A new process has a new epoch, so a seq that the damage has hidden is never given out again.
        mine = { session: id.session, epoch: mine.epoch + 1n };
        seq = 0n;
        break;
    }
    for (const run of spool.runs()) expectWhole(run);
  }
  return { spool, disk, appended, seq };
}

describe('spool', () => {
  test('without bit flips, every frame is there byte for byte, acknowledged, or counted', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(...safe), { maxLength: 40 }), async (operations) => {
        const { spool, appended, seq } = await perform(operations, 8_000);
        const run = runOf(spool);
        expect(run.last).toBe(seq);
        expect(run.total).toBe([...appended.values()].reduce((sum, each) => sum + BigInt(each.records), 0n));
        expect(run.lost.kernel).toBe(seq);
        expect(run.skeleton).toEqual(skeleton);
        const live = await Promise.all(run.frames.map(({ seq: each }) => spool.readFrame(id, each)));
        expect(live).toEqual(run.frames.map((each) => appended.get(`${runKey(id)}/${each.seq}`)?.bytes));
        const held = run.frames.reduce((sum, each) => sum + BigInt(each.records), 0n);
        const holes = run.holes.reduce((sum, hole) => sum + hole.records, 0n);
        expect(holes).toBeLessThanOrEqual(run.evicted);
        expect(held + run.evicted).toBeLessThanOrEqual(run.total);
        if (run.acked === 0n) expect(held + run.evicted).toBe(run.total);
      }),
      { numRuns: 150 },
    );
  });

  test('with bit flips, nothing false is ever read and nothing fails', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(...safe, flip), { maxLength: 40 }), async (operations) => {
        const { spool, appended } = await perform(operations, 8_000);
        for (const run of spool.runs()) {
          for (const { seq } of [...run.frames]) {
            const bytes = await spool.readFrame(run, seq);
            if (bytes !== null) expect(bytes).toEqual(appended.get(`${runKey(run)}/${seq}`)?.bytes);
          }
          expectWhole(run);
        }
      }),
      { numRuns: 150 },
    );
  });

  test('a frame that is damaged while the spool is open becomes a hole with its records', async () => {
    const disk = new SimulatedDisk();
    const { spool } = await open(disk);
    await spool.append(id, [frame(1n, 100), frame(2n, 100)]);
    const ref = runOf(spool).frames[1];
    const file = disk.files.get(ref?.segment ?? 0);
    if (!ref || !file) throw new Error('nothing was written');
    file.bytes[ref.offset + ref.length - 1] = 99;
    expect(await spool.readFrame(id, 2n)).toBeNull();
    expect(runOf(spool).holes).toEqual([{ first: 2n, last: 2n, records: BigInt(frame(2n, 100).records) }]);
    expect(await spool.readFrame(id, 1n)).toEqual(frame(1n, 100).bytes);
  });

  test('a damaged frame is counted by the running totals around it', async () => {
    const disk = new SimulatedDisk();
    const { spool } = await open(disk);
    await spool.append(id, [frame(1n, 100), frame(2n, 200), frame(3n, 300)]);
    const ref = runOf(spool).frames[1];
    const file = disk.files.get(ref?.segment ?? 0);
    if (!ref || !file) throw new Error('nothing was written');
    file.bytes[ref.offset + 40] = (file.bytes[ref.offset + 40] ?? 0) ^ 1;
    const again = await open(disk);
    expect(again.damage).toEqual({ bytes: ref.length, frames: 1n });
    expect(runOf(again.spool).evicted).toBe(BigInt(frame(2n, 200).records));
  });

  test('a full disk evicts the oldest, counts it, and works again once there is room', async () => {
    const disk = new SimulatedDisk();
    const { spool } = await open(disk);
    await spool.append(id, [frame(1n, 100)]);
    disk.capacity = 0;
    await spool.append(id, [frame(2n, 100), frame(3n, 100)]);
    const run = runOf(spool);
    expect(run.last).toBe(3n);
    expect(run.evicted).toBe(2n * BigInt(frame(2n, 100).records));
    expect(spool.diskFailures).toBeGreaterThan(0);
    await expect(
      spool.start({ session: 'other', epoch: 1n }, { at: 0, durationMs: 0, skeleton }),
    ).rejects.toMatchObject({
      code: 'spool_unwritable',
    });
    disk.capacity = Number.POSITIVE_INFINITY;
    await spool.append(id, [frame(4n, 100)]);
    expect(await spool.readFrame(id, 4n)).toEqual(frame(4n, 100).bytes);
    expectWhole(run);
  });

  test.each([
    ['alone', []],
    ['beside another, which writes once there is room', ['t']],
  ])(
    'a run that ends and is closed on a full disk is not found open by the next process: %s',
    async (_name, others) => {
      const disk = new SimulatedDisk();
      const { spool } = await open(disk);
      const runs = [id, ...others.map((session) => ({ session, epoch: 1n }))];
      for (const run of runs) {
        await spool.start(run, { at: 1, durationMs: 10_000, skeleton });
        await spool.append(run, [frame(1n, 100)]);
      }
      disk.capacity = 0;
      await spool.ack(id, 1n);
      await spool.finish(id, skeleton);
      await spool.close(id);
      disk.capacity = Number.POSITIVE_INFINITY;
      for (const session of others) await spool.append({ session, epoch: 1n }, [frame(2n, 100)]);
      disk.kill();
      const next = await open(disk);
      expect([...next.spool.runs()].map(({ session, last }) => [session, last])).toEqual(
        others.map((session) => [session, 2n]),
      );
      expect(next.damage.frames).toBe(0n);
    },
  );

  test('the bound holds, and what was evicted is in the manifest of the run even after a restart', async () => {
    const disk = new SimulatedDisk();
    const { spool } = await open(disk, 16_000);
    for (let seq = 1n; seq <= 200n; seq++) await spool.append(id, [frame(seq, 300)]);
    expect([...disk.files.values()].reduce((sum, file) => sum + file.bytes.length, 0)).toBeLessThan(20_000);
    const { evicted, frames, total } = runOf(spool);
    expect(evicted).toBeGreaterThan(0n);
    expect(evicted + frames.reduce((sum, each) => sum + BigInt(each.records), 0n)).toBe(total);
    disk.crash(0);
    expect(runOf((await open(disk, 16_000)).spool).evicted).toBe(evicted);
  });

  test('very many small frames are bounded too', async () => {
    const { spool } = await open(new SimulatedDisk(), 2_000_000);
    let seq = 0n;
    while (seq < 6_000n)
      await spool.append(
        id,
        Array.from({ length: 100 }, () => frame(++seq, 1)),
      );
    expect(runOf(spool).frames.length).toBeLessThan(4_000);
    expectWhole(runOf(spool));
  });

  test('segments without a frame to deliver are removed, and a closed run leaves nothing', async () => {
    const disk = new SimulatedDisk();
    const { spool } = await open(disk, 16_000);
    for (let seq = 1n; seq <= 20n; seq++) await spool.append(id, [frame(seq, 300)]);
    expect(disk.files.size).toBeGreaterThan(1);
    await spool.ack(id, 20n);
    expect(disk.files.size).toBe(1);
    await spool.finish(id, Uint8Array.of(1, 2, 3));
    await spool.shut();
    const second = (await open(disk, 16_000)).spool;
    expect(runOf(second)).toMatchObject({ acked: 20n, last: 20n, manifest: Uint8Array.of(1, 2, 3) });
    await second.close(id);
    await second.shut();
    expect([...(await open(disk, 16_000)).spool.runs()]).toEqual([]);
  });

  test('a refused frame becomes a hole, and a refused hole is given up', async () => {
    const { spool } = await open(new SimulatedDisk());
    await spool.append(id, [frame(1n, 100), frame(2n, 100)]);
    await spool.refuse(id, 1n);
    expect(runOf(spool).holes).toEqual([{ first: 1n, last: 1n, records: BigInt(frame(1n, 100).records) }]);
    await spool.refuse(id, 1n);
    expect(runOf(spool)).toMatchObject({ acked: 1n, holes: [] });
    expect(await spool.readFrame(id, 2n)).toEqual(frame(2n, 100).bytes);
  });
});
