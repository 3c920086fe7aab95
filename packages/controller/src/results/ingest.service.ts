import type { MapSchema } from '@bpfleet/aggregate';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Settlement } from '../sessions/settlement.ts';
import { FramePartitions } from './frame-partitions.ts';
import { RunRepository } from './run.repository.ts';
import { type RunInput, type RunOutcome, runId } from './run.ts';
import { advanceRun, settledSeq } from './run-progress.ts';

/** Frames of one transaction: enough to share a commit between many nodes, few enough to keep it short. */
const framesPerTransaction = 2_000;

interface Waiting {
  readonly input: RunInput;
  readonly done: (outcome: RunOutcome) => void;
  readonly failed: (error: unknown) => void;
}

/** Stores frames. What comes while one transaction commits, from any node, goes into the next one together. */
@Injectable()
export class IngestService {
  private waiting: Waiting[] = [];
  private running: Promise<void> | undefined;

  constructor(
    @Inject(DataSource) private readonly database: DataSource,
    @Inject(RunRepository) private readonly runs: RunRepository,
    @Inject(FramePartitions) private readonly partitions: FramePartitions,
    @Inject(Settlement) private readonly settlement: Settlement,
  ) {}

  /** Resolves once everything in it is committed. Rejects where the database failed: nothing of it counts then. */
  submit(input: RunInput): Promise<RunOutcome> {
    return new Promise((done, failed) => {
      this.waiting.push({ input, done, failed });
      this.running ??= this.drain();
    });
  }

  /** Resolves when everything that was submitted is stored or refused. */
  async idle(): Promise<void> {
    await this.running;
  }

  /**
   * The maps of a session on a node, as its agent tells them: makes the rollups of frames that came before. Safe to
   * repeat.
   */
  async rollUp(sessionId: string, nodeId: string, schemas: readonly MapSchema[]): Promise<void> {
    await this.database.transaction(async (transaction) => {
      const keys = await this.runs.unrolled(transaction, sessionId, nodeId);
      if (keys.length === 0) {
        return;
      }
      const runs = await this.runs.lock(transaction, keys);
      const rebuilt = [];
      for (const run of runs) {
        rebuilt.push(await this.runs.rebuild(transaction, run, schemas));
      }
      await this.runs.save(transaction, rebuilt);
    });
  }

  private async drain(): Promise<void> {
    // Let everything that arrived in the same turn of the event loop join the first transaction.
    await Promise.resolve();
    while (this.waiting.length > 0) {
      const batch = this.take();
      try {
        const outcomes = await this.store(batch.map(({ input }) => input));
        for (const [index, { done }] of batch.entries()) {
          done(outcomes[index] as RunOutcome);
        }
      } catch (error) {
        for (const { failed } of batch) {
          failed(error);
        }
      }
    }
    this.running = undefined;
  }

  /** One input of a run at a time, so that each is answered for itself; the next one of the same run waits. */
  private take(): Waiting[] {
    const batch: Waiting[] = [];
    const rest: Waiting[] = [];
    const seen = new Set<string>();
    let frames = 0;
    for (const entry of this.waiting) {
      const id = runId(entry.input.key);
      if (seen.has(id) || (batch.length > 0 && frames + entry.input.frames.length > framesPerTransaction)) {
        rest.push(entry);
      } else {
        batch.push(entry);
        frames += entry.input.frames.length;
      }
      seen.add(id);
    }
    this.waiting = rest;
    return batch;
  }

  private async store(inputs: readonly RunInput[]): Promise<RunOutcome[]> {
    await this.partitions.ensure(inputs.flatMap(({ frames }) => frames.map(({ windowStart }) => windowStart)));
    return this.database.transaction(async (transaction) => {
      const runs = new Map(
        (
          await this.runs.lock(
            transaction,
            inputs.map(({ key }) => key),
          )
        ).map((run) => [runId(run.key), run]),
      );
      const steps = inputs.map((input) => {
        const run = runs.get(runId(input.key));
        if (run === undefined) {
          throw new Error(`run ${runId(input.key)} is gone`);
        }
        return { input, step: advanceRun(run, input) };
      });
      const frames = steps.flatMap(({ input, step }) => step.fresh.map((frame) => ({ key: input.key, frame })));
      await this.runs.insertFrames(transaction, frames);
      const next = [];
      for (const { input, step } of steps) {
        const rebuild = step.rebuild && input.schemas !== null;
        next.push(rebuild ? await this.runs.rebuild(transaction, step.next, input.schemas) : step.next);
      }
      await this.runs.save(transaction, next);
      await this.runs.insertEvents(transaction, frames);
      const changed = steps.filter(({ step }) => step.fresh.length > 0).map(({ input }) => input.key);
      await this.settlement.resettle(transaction, changed);
      return steps.map(({ input, step }) => ({
        key: input.key,
        settledSeq: settledSeq(step.next),
        stored: step.fresh.length,
        duplicates: step.duplicates,
        refused: step.refused,
      }));
    });
  }
}
