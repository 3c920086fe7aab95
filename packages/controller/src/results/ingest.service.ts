import type { MapSchema } from '@bpfleet/aggregate';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { BatchQueue } from '../database/batch-queue.ts';
import { type ConnectionKey, ConnectionRepository } from '../fleet/connection.repository.ts';
import { superseded } from '../fleet/superseded.ts';
import { Settlement, type Target } from '../sessions/settlement.ts';
import { ResultPartitions } from './result-partitions.ts';
import { RunRepository } from './run.repository.ts';
import { heldBytes, type RunInput, type RunKey, type RunOutcome, runId } from './run.ts';
import { advanceRun, type RunStep, settledSeq } from './run-progress.ts';

/** Frames of one transaction, bytes: enough to share a commit between many nodes, few enough to keep it short. */
const bytesPerTransaction = 2 * 1024 * 1024;
const targetsPerLook = 2_000;
/** Transactions under way at once: while PostgreSQL works on one, the next is made here. */
const laneCount = 2;

interface Unrolled extends Target {
  readonly schemas: readonly MapSchema[];
}

/**
 * Stores frames. What comes while a transaction is under way goes into the next one of its lane together. All of a node goes through one
 * lane, so that its runs stay in order and no lane waits for rows of another.
 */
@Injectable()
export class IngestService {
  private readonly lanes = Array.from(
    { length: laneCount },
    () =>
      new BatchQueue<RunInput, RunOutcome>(
        { maxWeight: bytesPerTransaction, weightOf: ({ frames }) => heldBytes(frames) },
        (inputs) => this.store(inputs),
      ),
  );
  private readonly unrolled = new BatchQueue<Unrolled, undefined>({ maxWeight: targetsPerLook }, (parts) =>
    this.rebuild(parts),
  );

  constructor(
    @Inject(DataSource) private readonly database: DataSource,
    @Inject(RunRepository) private readonly runs: RunRepository,
    @Inject(ResultPartitions) private readonly partitions: ResultPartitions,
    @Inject(ConnectionRepository) private readonly connections: ConnectionRepository,
    @Inject(Settlement) private readonly settlement: Settlement,
  ) {}

  /**
   * Resolves once everything in it is committed. Rejects where the database failed: nothing of it counts then; and with RpcError
   * `ABORTED` where the node has a newer connection.
   */
  submit(input: RunInput): Promise<RunOutcome> {
    return this.laneOf(input.key).submit(input);
  }

  /** Resolves when everything that was submitted is stored or refused. */
  async idle(): Promise<void> {
    await Promise.all(this.lanes.map((lane) => lane.idle()));
  }

  /**
   * The maps of a session on a node, as its agent tells them: makes the rollups of frames that came before. Safe to
   * repeat.
   */
  rollUp(sessionId: string, nodeId: string, schemas: readonly MapSchema[]): Promise<void> {
    return this.unrolled.submit({ sessionId, nodeId, schemas });
  }

  /** Identifiers of nodes are random: their last digit is any. */
  private laneOf({ nodeId }: RunKey): BatchQueue<RunInput, RunOutcome> {
    return this.lanes[Number.parseInt(nodeId.slice(-1), 16) % laneCount] as BatchQueue<RunInput, RunOutcome>;
  }

  private async rebuild(parts: readonly Unrolled[]): Promise<undefined[]> {
    const schemas = new Map(parts.map((part) => [`${part.sessionId} ${part.nodeId}`, part.schemas]));
    await this.database.transaction(async (transaction) => {
      const keys = await this.runs.unrolled(transaction, parts);
      if (keys.length === 0) {
        return;
      }
      const rebuilt = [];
      for (const run of await this.runs.lock(transaction, keys)) {
        const of = schemas.get(`${run.key.sessionId} ${run.key.nodeId}`) ?? [];
        rebuilt.push(await this.runs.roll(transaction, run, of, 'all'));
      }
      await this.runs.save(transaction, rebuilt, new Date());
    });
    return parts.map(() => undefined);
  }

  private async store(all: readonly RunInput[]): Promise<(RunOutcome | Error)[]> {
    await this.partitions.ensure(all.map(({ key }) => key.sessionId));
    return this.database.transaction(async (transaction) => {
      const isOld = await this.connections.superseded(transaction, all.map(connectionOf));
      const current = all.filter((input) => !isOld(connectionOf(input)));
      const inputs = [...Map.groupBy(current, ({ key }) => runId(key)).values()].map(together);
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
      const fresh = steps.map(({ input, step }) => ({ key: input.key, frames: step.fresh }));
      await this.runs.insertFrames(transaction, fresh);
      const next = [];
      for (const { input, step } of steps) {
        const { rolling } = step;
        const later = rolling === 'none' || input.schemas === null;
        next.push(later ? step.next : await this.runs.roll(transaction, step.next, input.schemas, rolling));
      }
      await this.runs.save(transaction, next, new Date());
      await this.runs.insertEvents(transaction, fresh);
      const changed = steps.filter(({ step }) => step.fresh.length > 0).map(({ input }) => input.key);
      await this.settlement.resettle(transaction, changed);
      const outcomes = new Map(steps.map(({ input, step }) => [runId(input.key), outcomeOf(input.key, step)]));
      return all.map((input) => {
        const outcome = isOld(connectionOf(input)) ? undefined : outcomes.get(runId(input.key));
        if (outcome === undefined) {
          return superseded();
        }
        // What became of all is told once, with the first; up to where the run is settled, to each.
        outcomes.set(runId(input.key), { ...outcome, stored: 0, duplicates: 0, refused: [] });
        return outcome;
      });
    });
  }
}

function connectionOf({ key, connectionEpoch }: RunInput): ConnectionKey {
  return { nodeId: key.nodeId, epoch: connectionEpoch };
}

/** Inputs of one run, in the order in which they came: a run that sends a frame at a time is read and written once for many. */
function together(inputs: readonly RunInput[]): RunInput {
  const last = inputs.at(-1) as RunInput;
  return {
    ...last,
    frames: inputs.flatMap(({ frames }) => frames),
    refused: inputs.flatMap(({ refused }) => refused),
    schemas: inputs.find(({ schemas }) => schemas !== null)?.schemas ?? null,
  };
}

function outcomeOf(key: RunKey, step: RunStep): RunOutcome {
  const { next, fresh, duplicates, refused } = step;
  return { key, settledSeq: settledSeq(next), stored: fresh.length, duplicates, refused };
}
