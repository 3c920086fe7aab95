import {
  type ConnectResponseSchema,
  ContractError,
  type Manifest,
  type MessageInitShape,
  type ObservedState,
  RpcError,
} from '@bpfleet/contracts';
import type { Refusals } from '../audit/refusals.ts';
import type { ConnectionKey } from '../fleet/connection.repository.ts';
import type { IngestService } from '../results/ingest.service.ts';
import { runId } from '../results/run.ts';
import type { NodePart, NodeReports } from '../sessions/node-reports.ts';
import { type FrameIntake, notOfThisNode } from './frame-intake.ts';

export type ResponseItem = NonNullable<MessageInitShape<typeof ConnectResponseSchema>['item']>;

/** Frame batches whose commit is not awaited yet. */
const maxUncommitted = 32;
const maxAssignments = 1_000;

export interface DeliverySurroundings {
  readonly reports: NodeReports;
  readonly intake: FrameIntake;
  readonly ingest: IngestService;
  readonly refusals: Refusals;
}

/** Of the connection that delivers. */
export interface DeliveryTo {
  readonly key: ConnectionKey;
  /** Acknowledgements and refusals. */
  send(item: ResponseItem): void;
  /** What was delivered cannot be stored now: the node is to come back with it. */
  fail(error: unknown): void;
}

/** What a node delivers of its parts of sessions over one connection: how they stand, their frames, their manifests. Everything may come again. */
export class NodeDeliveries {
  private readonly with: DeliverySurroundings;
  private readonly to: DeliveryTo;
  /** Parts of which the maps are known. */
  private readonly parts = new Map<string, NodePart>();
  private readonly uncommitted = new Set<Promise<void>>();
  /** Up to where each run was acknowledged on this connection. */
  private readonly acknowledged = new Map<string, bigint>();

  constructor(surroundings: DeliverySurroundings, to: DeliveryTo) {
    this.with = surroundings;
    this.to = to;
  }

  /** Resolves when everything so far has been stored, or was given up. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.uncommitted);
  }

  async observed(state: ObservedState): Promise<void> {
    const seen = state.assignments.slice(0, maxAssignments);
    const { key } = this.to;
    await Promise.all(
      seen.map(async (each) => this.learn(each.sessionId, await this.with.reports.observed(key, each))),
    );
  }

  /** Resolves when more may come; acknowledges what is stored, later. */
  async frames(frames: Parameters<FrameIntake['take']>[1]): Promise<void> {
    const { refusals, committed } = await this.with.intake.take(this.to.key, frames, (sessionId) =>
      this.part(sessionId),
    );
    for (const refusal of refusals) {
      if (refusal.reason === notOfThisNode) {
        await this.lies(refusal.sessionId);
      }
      this.to.send({ case: 'refusal', value: refusal });
    }
    const acknowledged = committed
      .then((outcomes) => {
        for (const { key, settledSeq, refused } of outcomes) {
          const { sessionId, bootEpoch } = key;
          for (const { seq, reason } of refused) {
            this.to.send({ case: 'refusal', value: { sessionId, bootEpoch, seq, reason } });
          }
          if (settledSeq > (this.acknowledged.get(runId(key)) ?? 0n)) {
            this.acknowledged.set(runId(key), settledSeq);
            this.to.send({ case: 'ack', value: { sessionId, bootEpoch, seq: settledSeq } });
          }
        }
      })
      .catch((error: unknown) => this.to.fail(error))
      .finally(() => this.uncommitted.delete(acknowledged));
    this.uncommitted.add(acknowledged);
    if (this.uncommitted.size >= maxUncommitted) {
      await Promise.race(this.uncommitted);
    }
  }

  /** Its numbers are compared with what is stored: everything sent before it is to be `settled`. Throws RpcError. */
  async manifest(manifest: Manifest): Promise<void> {
    const { sessionId, bootEpoch } = manifest;
    const { key } = this.to;
    try {
      const part = await this.with.reports.manifest(key, manifest);
      if (part === undefined) {
        await this.lies(sessionId);
      }
      await this.learn(sessionId, part);
      this.parts.delete(sessionId);
      this.acknowledged.delete(runId({ sessionId, nodeId: key.nodeId, bootEpoch }));
    } catch (error) {
      if (!(error instanceof ContractError)) {
        throw error;
      }
      throw new RpcError('INVALID_ARGUMENT', error.message, {}, { cause: error });
    }
  }

  /** What is known of a part now. Frames that came before its maps were known are rolled up. */
  private async learn(sessionId: string, part: NodePart | undefined): Promise<void> {
    if (part === undefined || part.schemas === null) {
      return;
    }
    const isNews = !this.parts.has(sessionId);
    this.parts.set(sessionId, part);
    if (isNews) {
      await this.with.ingest.rollUp(sessionId, this.to.key.nodeId, part.schemas);
    }
  }

  /** Only this node can change what is known here, and says so on this connection: what is whole is read once. */
  private async part(sessionId: string): Promise<NodePart | undefined> {
    const known = this.parts.get(sessionId) ?? (await this.with.reports.part(sessionId, this.to.key.nodeId));
    if (known !== undefined && known.schemas !== null) {
      this.parts.set(sessionId, known);
    }
    return known;
  }

  /** What no honest agent does is audited. */
  private lies(sessionId: string): Promise<void> {
    const actor = `node:${this.to.key.nodeId}`;
    const lie = { actor, action: 'deliver', subject: sessionId, requestId: null, reason: notOfThisNode };
    return this.with.refusals.note(lie);
  }
}
