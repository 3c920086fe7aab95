import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RunId } from './entry.ts';
import { SimulatedDisk } from './simulated-disk.test-kit.ts';
import { Spool, type SpooledFrame } from './spool.ts';
import { type RunState, runKey } from './spool-state.ts';

const maxBytes = 8_000;
const skeleton = Uint8Array.of(7);
const noLoss = { kernel: 0n, sampledOut: 0n, truncated: 0n, mapFull: 0n };

/** What a run must be, as its owner knows it. */
interface ModelRun {
  readonly id: RunId;
  readonly frames: SpooledFrame[];
  /** As many as `append` has returned for; those behind were being written when the process died. */
  confirmed: number;
  acked: bigint;
  /** Frames that are known to have been evicted: each stays so. */
  readonly evicted: Set<bigint>;
  /** Records of those, of which a failing disk has kept no count. */
  forgotten: bigint;
  manifest: Uint8Array | null;
  /** Whether `finish` has returned. */
  finished: boolean;
}

interface Model {
  runs: ModelRun[];
  /** Only of this one frames are appended: a process has one epoch. */
  epoch: bigint;
  /** Whether the disk ever failed. */
  troubled: boolean;
}

interface Real {
  readonly disk: SimulatedDisk;
  spool: Spool;
}

type Command = fc.AsyncCommand<Model, Real>;

const current = (model: Model): ModelRun | undefined => model.runs.find(({ id }) => id.epoch === model.epoch);
const openRuns = (model: Model): ModelRun[] => model.runs.filter(({ finished }) => !finished);

/** Holds what the spool knows against the model, and learns what was evicted. */
async function observe(model: Model, { spool, disk }: Real, reborn = false): Promise<void> {
  expect(disk.bytes).toBeLessThanOrEqual(maxBytes + 4_000);
  for (const run of model.runs) {
    const state = spool.run(run.id);
    if (!state) throw new Error(`the run of epoch ${run.id.epoch} is gone`);
    expectWhole(state);
    const held = new Set(state.frames.map(({ seq }) => seq));
    // What a disk took nothing of is evicted, and a process that dies then takes the count of it along.
    if (reborn && model.troubled) run.frames.length = run.confirmed = Number(state.last);
    // Nor does it remember what was acknowledged: what has gone since is then taken for lost.
    if (reborn && model.troubled) run.acked = state.acked;
    expect(state.last).toBeGreaterThanOrEqual(BigInt(run.confirmed));
    expect(state.last).toBeLessThanOrEqual(BigInt(run.frames.length));
    const known = run.frames.filter(({ seq }) => seq <= state.last);
    for (const { seq, bytes } of known) {
      // What the controller has may come again after a crash.
      if (held.has(seq)) {
        // After a crash so may one whose eviction had not been written yet: it counts as held again.
        if (reborn) run.evicted.delete(seq);
        expect(run.evicted.has(seq)).toBe(false);
        expect(await spool.readFrame(run.id, seq)).toEqual(bytes);
      } else if (seq > run.acked) run.evicted.add(seq);
    }
    const records = (frames: readonly SpooledFrame[]) => frames.reduce((sum, frame) => sum + BigInt(frame.records), 0n);
    expect(state.total).toBe(records(known));
    expect(state.lost.kernel).toBe(state.last);
    const evicted = records(known.filter(({ seq }) => run.evicted.has(seq)));
    if (reborn && model.troubled) {
      expect(state.evicted).toBeLessThanOrEqual(evicted);
      run.forgotten = evicted - state.evicted;
    }
    expect(state.evicted + run.forgotten).toBe(evicted);
    expect(state.acked).toBeLessThanOrEqual(run.acked);
    // Of an acknowledgement that was not written a new process knows nothing: it sends again.
    if (reborn) run.acked = state.acked;
    expect(state.skeleton).toEqual(skeleton);
    // A disk that takes nothing leaves the manifest in memory.
    if (run.finished && model.troubled && state.manifest === null) run.finished = false;
    if (run.finished) expect(state.manifest).toEqual(run.manifest);
  }
  const open = new Set(model.runs.map(({ id }) => runKey(id)));
  // One that was closed may be back after a crash, with its manifest, which is then acknowledged again.
  for (const run of spool.runs()) if (!open.has(runKey(run)) && !model.troubled) expect(run.manifest).not.toBeNull();
}

/** Every seq behind the last acknowledgement is a frame or in one hole. */
function expectWhole(run: Readonly<RunState>): void {
  const seqs = run.frames.map(({ seq }) => seq);
  for (const { first, last } of run.holes) for (let seq = first; seq <= last; seq++) seqs.push(seq);
  seqs.sort((a, b) => (a < b ? -1 : 1));
  expect(seqs).toEqual(
    Array.from({ length: Number(run.last - run.acked) }, (_, index) => run.acked + 1n + BigInt(index)),
  );
}

async function reopen(model: Model, real: Real): Promise<void> {
  real.spool = (await Spool.open(real.disk, { maxBytes })).spool;
  // A new process has a new epoch.
  model.epoch += 1n;
  await observe(model, real, true);
}

class Start implements Command {
  check = (model: Model) => current(model) === undefined;
  async run(model: Model, real: Real): Promise<void> {
    const id = { session: 's', epoch: model.epoch };
    const started = real.spool.start(id, { at: 1, durationMs: 10, skeleton });
    const refused = await started.then(
      () => false,
      (error: { code?: unknown }) => {
        // Nothing else may go wrong, and only a disk that takes nothing may say so.
        expect(error.code).toBe('spool_unwritable');
        expect(model.troubled).toBe(true);
        return true;
      },
    );
    if (!refused) {
      const counts = {
        confirmed: 0,
        acked: 0n,
        evicted: new Set<bigint>(),
        forgotten: 0n,
        manifest: null,
        finished: false,
      };
      model.runs.push({ id, frames: [], ...counts });
    }
    await observe(model, real);
  }
  toString = () => 'start';
}

class Append implements Command {
  readonly #sizes: readonly number[];
  constructor(sizes: readonly number[]) {
    this.#sizes = sizes;
  }
  check = (model: Model) => current(model)?.finished === false;
  async run(model: Model, real: Real): Promise<void> {
    const run = current(model) as ModelRun;
    const frames = this.#sizes.map((size, index): SpooledFrame => {
      const seq = BigInt(run.frames.length + index + 1);
      const bytes = new Uint8Array(size).fill(Number(seq % 251n));
      return { seq, records: (size % 7) + 1, lost: { ...noLoss, kernel: 1n }, until: Number(seq), bytes };
    });
    run.frames.push(...frames);
    await this.write(model, real, run, frames);
  }
  protected async write(model: Model, real: Real, run: ModelRun, frames: readonly SpooledFrame[]): Promise<void> {
    await real.spool.append(run.id, frames);
    run.confirmed = run.frames.length;
    await observe(model, real);
  }
  toString = () => `append ${this.#sizes}`;
}

/** The process is killed in the middle of it. */
class AppendAndDie extends Append {
  readonly #operations: number;
  constructor(sizes: readonly number[], operations: number) {
    super(sizes);
    this.#operations = operations;
  }
  protected override async write(model: Model, real: Real, run: ModelRun, frames: readonly SpooledFrame[]) {
    real.disk.dieAfter = this.#operations;
    // Nobody hears of what a dead process was told.
    await real.spool.append(run.id, frames);
    real.disk.kill();
    await reopen(model, real);
  }
  override toString = () => `append and die at ${this.#operations}`;
}

/** Acknowledges a part of what there is; in the middle of what that does, the process may die. */
class Ack implements Command {
  readonly #part: number;
  readonly #operations: number;
  constructor(part: number, operations = Number.POSITIVE_INFINITY) {
    this.#part = part;
    this.#operations = operations;
  }
  check = (model: Model) => model.runs.length > 0;
  async run(model: Model, real: Real): Promise<void> {
    for (const run of model.runs) {
      const seq = BigInt(Math.ceil(Number(real.spool.run(run.id)?.last ?? 0n) * this.#part));
      real.disk.dieAfter = this.#operations;
      if (seq > run.acked) run.acked = seq;
      await real.spool.ack(run.id, seq);
    }
    if (Number.isFinite(this.#operations)) {
      real.disk.kill();
      await reopen(model, real);
    } else {
      await observe(model, real);
      for (const run of model.runs) expect(real.spool.run(run.id)?.acked).toBe(run.acked);
    }
  }
  toString = () => `ack ${this.#part}${Number.isFinite(this.#operations) ? ` and die at ${this.#operations}` : ''}`;
}

class Refuse implements Command {
  readonly #part: number;
  constructor(part: number) {
    this.#part = part;
  }
  check = (model: Model) => model.runs.length > 0;
  async run(model: Model, real: Real): Promise<void> {
    for (const run of model.runs) {
      const state = real.spool.run(run.id);
      // A hole that is refused as well is given up, which the model has no word for.
      const frame = state?.frames[Math.floor((state?.frames.length ?? 0) * this.#part)];
      if (frame && frame.seq > run.acked) await real.spool.refuse(run.id, frame.seq);
    }
    await observe(model, real);
  }
  toString = () => `refuse ${this.#part}`;
}

class Finish implements Command {
  check = (model: Model) => openRuns(model).length > 0;
  async run(model: Model, real: Real): Promise<void> {
    const [run] = openRuns(model) as [ModelRun];
    run.manifest = Uint8Array.of(Number(run.id.epoch % 251n), 1);
    await real.spool.finish(run.id, run.manifest);
    // It is kept in memory where the disk does not take it.
    expect(real.spool.run(run.id)?.manifest).toEqual(run.manifest);
    run.finished = true;
    await observe(model, real);
  }
  toString = () => 'finish';
}

class Close implements Command {
  check = (model: Model) => model.runs.some(({ finished }) => finished);
  async run(model: Model, real: Real): Promise<void> {
    const run = model.runs.find(({ finished }) => finished) as ModelRun;
    await real.spool.close(run.id);
    expect(real.spool.run(run.id)).toBeUndefined();
    model.runs = model.runs.filter((each) => each !== run);
    await observe(model, real);
  }
  toString = () => 'close';
}

class PowerCut implements Command {
  readonly #part: number;
  constructor(part: number) {
    this.#part = part;
  }
  check = () => true;
  async run(model: Model, real: Real): Promise<void> {
    real.disk.crash(this.#part);
    await reopen(model, real);
  }
  toString = () => `power cut, ${this.#part} of what was not synced is there`;
}

class Restart implements Command {
  check = () => true;
  async run(model: Model, real: Real): Promise<void> {
    const acked = model.runs.map(({ id }) => real.spool.run(id)?.acked);
    await real.spool.shut();
    await reopen(model, real);
    // An orderly end loses nothing of what was acknowledged.
    if (!model.troubled) expect(model.runs.map(({ id }) => real.spool.run(id)?.acked)).toEqual(acked);
  }
  toString = () => 'restart';
}

/** The disk has no room for more, or has again. */
class Room implements Command {
  readonly #bytes: number;
  constructor(bytes: number) {
    this.#bytes = bytes;
  }
  check = () => true;
  async run(model: Model, real: Real): Promise<void> {
    model.troubled = true;
    real.disk.capacity = this.#bytes;
  }
  toString = () => `room for ${this.#bytes}`;
}

class Trouble implements Command {
  readonly #writes: number;
  readonly #syncs: number;
  constructor(writes: number, syncs: number) {
    this.#writes = writes;
    this.#syncs = syncs;
  }
  check = () => true;
  async run(model: Model, real: Real): Promise<void> {
    model.troubled = true;
    real.disk.failingWrites = this.#writes;
    real.disk.failingSyncs = this.#syncs;
  }
  toString = () => `${this.#writes} writes and ${this.#syncs} syncs fail`;
}

const unit = fc.double({ min: 0, max: 0.999, noNaN: true });
const sizes = fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 5 });
const operations = fc.nat({ max: 6 });
const commands = [
  fc.constant(new Start()),
  sizes.map((each) => new Append(each)),
  sizes.map((each) => new Append(each)),
  fc.tuple(sizes, operations).map(([each, at]) => new AppendAndDie(each, at)),
  unit.map((part) => new Ack(part)),
  fc.tuple(unit, operations).map(([part, at]) => new Ack(part, at)),
  unit.map((part) => new Refuse(part)),
  fc.constant(new Finish()),
  fc.constant(new Close()),
  unit.map((part) => new PowerCut(part)),
  fc.constant(new Restart()),
];
const trouble = [
  fc.constantFrom(0, 2_000, 6_000, Number.POSITIVE_INFINITY).map((bytes) => new Room(bytes)),
  fc.tuple(fc.nat({ max: 2 }), fc.nat({ max: 2 })).map(([writes, syncs]) => new Trouble(writes, syncs)),
];

const setup = async () => {
  const disk = new SimulatedDisk();
  const { spool } = await Spool.open(disk, { maxBytes });
  return { model: { runs: [], epoch: 1n, troubled: false } as Model, real: { disk, spool } };
};

test('whatever happens and whenever the process dies: each frame is there, with the controller, or counted, and once', async () => {
  await fc.assert(
    fc.asyncProperty(fc.commands(commands, { maxCommands: 60, size: 'max' }), (sequence) =>
      fc.asyncModelRun(setup, sequence),
    ),
    { numRuns: 300 },
  );
});

test('the same on a disk that is full now and then, and fails', async () => {
  await fc.assert(
    fc.asyncProperty(fc.commands([...commands, ...trouble], { maxCommands: 60, size: 'max' }), (sequence) =>
      fc.asyncModelRun(setup, sequence),
    ),
    { numRuns: 150 },
  );
});
