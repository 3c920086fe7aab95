import type { Frame } from '@bpfleet/contracts';
import type { Logger } from '@bpfleet/runtime';
import { Inject, Injectable } from '@nestjs/common';
import { LOGGER } from '../config/tokens.ts';
import type { ConnectionKey } from '../fleet/connection.repository.ts';
import { IngestService } from '../results/ingest.service.ts';
import { type CheckedFrame, heldBytes, type RunKey, type RunOutcome, runId } from '../results/run.ts';
import type { NodePart } from '../sessions/node-reports.ts';
import { checkFrame, hasIdentity } from './check-frame.ts';
import { GatewayCounters } from './gateway-counters.ts';
import { Room } from './room.ts';

export const notOfThisNode = 'the session is not one of this node';

/** A frame that will never be stored. */
export interface Refusal {
  readonly sessionId: string;
  readonly bootEpoch: bigint;
  readonly seq: bigint;
  readonly reason: string;
}

export interface IntakeResult {
  readonly refusals: readonly Refusal[];
  /** Resolves once the good ones are committed. Rejects where the database failed. */
  readonly committed: Promise<readonly RunOutcome[]>;
}

/** Frames of all nodes that are held until they are committed, bytes. */
const maxHeldBytes = 24 * 1024 * 1024;

interface Sorted {
  readonly key: RunKey;
  readonly part: NodePart;
  readonly frames: CheckedFrame[];
  readonly refused: bigint[];
}

/** Checks the frames of one connection, and hands the good ones to be stored. */
@Injectable()
export class FrameIntake {
  private readonly room = new Room(maxHeldBytes);

  constructor(
    @Inject(IngestService) private readonly ingest: IngestService,
    @Inject(GatewayCounters) private readonly counters: GatewayCounters,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  /** Waits for its turn while others have much to store. `partOf`: the node's part in a session. */
  async take(
    from: ConnectionKey,
    frames: readonly Frame[],
    partOf: (sessionId: string) => Promise<NodePart | undefined>,
  ): Promise<IntakeResult> {
    const leave = await this.room.take(heldBytes(frames));
    try {
      const { refusals, runs } = await this.sort(from.nodeId, frames, partOf);
      this.note(from.nodeId, refusals);
      return { refusals, committed: this.store(from.epoch, runs).finally(leave) };
    } catch (error) {
      leave();
      throw error;
    }
  }

  private async sort(
    nodeId: string,
    frames: readonly Frame[],
    partOf: (sessionId: string) => Promise<NodePart | undefined>,
  ): Promise<{ refusals: Refusal[]; runs: Sorted[] }> {
    const refusals: Refusal[] = [];
    const runs = new Map<string, Sorted>();
    const parts = new Map<string, NodePart | undefined>();
    for (const frame of frames) {
      const { sessionId, bootEpoch, seq } = frame;
      if (!parts.has(sessionId)) {
        parts.set(sessionId, await partOf(sessionId));
      }
      const part = parts.get(sessionId);
      if (part === undefined || !hasIdentity(frame)) {
        const reason = part === undefined ? notOfThisNode : 'the sequence number is out of range';
        refusals.push({ sessionId, bootEpoch, seq, reason });
        continue;
      }
      const key = { sessionId, nodeId, bootEpoch };
      const run = runs.get(runId(key)) ?? { key, part, frames: [], refused: [] };
      runs.set(runId(key), run);
      const check = checkFrame(frame, { sessionCreatedAt: part.createdAt, now: new Date(), schemas: part.schemas });
      if (check.kind === 'accepted') {
        run.frames.push(check.frame);
      } else {
        run.refused.push(seq);
        refusals.push({ sessionId, bootEpoch, seq, reason: check.reason });
      }
    }
    return { refusals, runs: [...runs.values()] };
  }

  private async store(connectionEpoch: bigint, runs: readonly Sorted[]): Promise<readonly RunOutcome[]> {
    const outcomes = await Promise.all(
      runs.map(({ key, part, frames, refused }) =>
        this.ingest.submit({ key, connectionEpoch, frames, refused, schemas: part.schemas }),
      ),
    );
    for (const { stored, duplicates, refused } of outcomes) {
      this.counters.stored += stored;
      this.counters.duplicate += duplicates;
      this.counters.refused += refused.length;
    }
    return outcomes;
  }

  private note(nodeId: string, refusals: readonly Refusal[]): void {
    this.counters.refused += refusals.length;
    const [first] = refusals;
    if (first !== undefined) {
      const { sessionId, seq, reason } = first;
      const frame = { session: sessionId.slice(0, 64), seq: seq.toString(), reason };
      this.log.warn({ node: nodeId, refused: refusals.length, ...frame }, 'frames refused');
    }
  }
}
