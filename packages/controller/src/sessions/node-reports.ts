import type { MapSchema } from '@bpfleet/aggregate';
import {
  ContractError,
  type Manifest,
  type MapSchema as MapSchemaMessage,
  type ObservedAssignment,
  ObservedAssignment_State,
} from '@bpfleet/contracts';
import type { Logger } from '@bpfleet/runtime';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { LOGGER } from '../config/tokens.ts';
import { BatchQueue } from '../database/batch-queue.ts';
import { isUuid } from '../database/uuid.ts';
import { type ConnectionKey, ConnectionRepository } from '../fleet/connection.repository.ts';
import { superseded } from '../fleet/superseded.ts';
import { readManifest } from '../gateway/read-manifest.ts';
import { loadSchemas, storeSchemas } from '../results/stored-schemas.ts';
import { plainText, toProblemDiagnostics } from './program-diagnostics.ts';
import { type Observation, ReportRepository, type StoredManifest, type StoredPart } from './report.repository.ts';
import { type Conclusion, Settlement, type Target } from './settlement.ts';

const maxAttachUs = 2n ** 62n;
/** Reports of one transaction. */
const maxWeight = 2_000;

/** What is known of a session that a node has a part in. */
export interface NodePart {
  readonly createdAt: Date;
  readonly schemas: readonly MapSchema[] | null;
}

/** What one connection says about one session. */
interface Report {
  readonly from: ConnectionKey;
  readonly observation: Observation;
  /** Why it could not attach. */
  readonly failure: string | null;
  readonly manifest: StoredManifest | null;
}

/** Takes down what nodes report about the sessions they have a part in; what many report at the same time, together. */
@Injectable()
export class NodeReports {
  private readonly lookups = new BatchQueue<Target, NodePart | undefined>({ maxWeight }, (targets) =>
    this.findParts(targets),
  );
  private readonly reports = new BatchQueue<Report, NodePart | undefined>(
    { maxWeight, keyOf: ({ observation }) => targetId(observation) },
    (reports) => this.takeDown(reports),
  );

  constructor(
    @Inject(DataSource) private readonly database: DataSource,
    @Inject(ReportRepository) private readonly rows: ReportRepository,
    @Inject(ConnectionRepository) private readonly connections: ConnectionRepository,
    @Inject(Settlement) private readonly settlement: Settlement,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  /** undefined where the session is unknown, or the node none of its targets. */
  async part(sessionId: string, nodeId: string): Promise<NodePart | undefined> {
    return isUuid(sessionId) ? this.lookups.submit({ sessionId, nodeId }) : undefined;
  }

  /**
   * An assignment as the node sees it. A node that reports another's session changes nothing. Returns the part as it is after
   * that. Throws RpcError `ABORTED` where the connection is not the node's newest.
   */
  async observed(from: ConnectionKey, seen: ObservedAssignment): Promise<NodePart | undefined> {
    if (!isUuid(seen.sessionId)) {
      return undefined;
    }
    const attached = seen.state === ObservedAssignment_State.RUNNING;
    const failed = seen.state === ObservedAssignment_State.FAILED;
    const observation = {
      sessionId: seen.sessionId,
      nodeId: from.nodeId,
      maps: this.mapsOf(from.nodeId, seen.sessionId, seen.maps),
      attached,
      attachUs: attached && seen.attachUs > 0n && seen.attachUs < maxAttachUs ? seen.attachUs : null,
      diagnostics: toProblemDiagnostics(seen.diagnostics),
      variant: variantOf(seen),
    };
    const failure = failed ? plainText(seen.reason) || 'the agent gave no reason' : null;
    return this.reports.submit({ from, observation, failure, manifest: null });
  }

  /** undefined where the session is not the node's: there is nothing to keep, and the agent may let go. Throws like `observed`, and ContractError. */
  async manifest(from: ConnectionKey, message: Manifest): Promise<NodePart | undefined> {
    const { sessionId } = message;
    const target = { sessionId, nodeId: from.nodeId };
    if (!isUuid(sessionId) || (await this.lookups.submit(target)) === undefined) {
      const named = { node: from.nodeId, session: sessionId.slice(0, 64) };
      this.log.warn(named, 'manifest of a session that is not the node’s');
      return undefined;
    }
    const manifest = readManifest(message);
    const maps = this.mapsOf(from.nodeId, sessionId, message.maps);
    const diagnostics = toProblemDiagnostics(message.diagnostics);
    const observation = { ...target, maps, attached: false, attachUs: null, diagnostics, variant: variantOf(message) };
    return this.reports.submit({ from, observation, failure: null, manifest });
  }

  private async takeDown(reports: readonly Report[]): Promise<(NodePart | undefined | Error)[]> {
    return this.database.transaction(async (transaction) => {
      const isOld = await this.connections.superseded(
        transaction,
        reports.map(({ from }) => from),
      );
      const current = reports.filter(({ from }) => !isOld(from));
      const sessions = [...new Set(current.map(({ observation }) => observation.sessionId))];
      await this.settlement.lock(transaction, sessions);
      await this.store(transaction, current);
      const targets = current.map(({ observation }) => observation);
      const parts = new Map(
        (await this.rows.parts(targets, transaction)).map((part) => [targetId(part), toPart(part)]),
      );
      return reports.map(({ from, observation }) => (isOld(from) ? superseded() : parts.get(targetId(observation))));
    });
  }

  private async store(transaction: EntityManager, reports: readonly Report[]): Promise<void> {
    const now = new Date();
    const manifests = reports.flatMap(({ from, manifest }) =>
      manifest === null ? [] : [{ ...manifest, nodeId: from.nodeId }],
    );
    if (manifests.length > 0) {
      await this.rows.saveManifests(transaction, manifests, now);
    }
    const observations = reports.map(({ observation }) => observation);
    const changed = await this.rows.observe(transaction, observations, now);
    await this.settlement.settleTargets(transaction, manifests);
    await this.settlement.conclude(transaction, reports.flatMap(failureOf));
    // Sessions whose parts ended are up to date by now.
    await this.settlement.update(transaction, [...new Set(changed.map(({ sessionId }) => sessionId))]);
  }

  private async findParts(targets: readonly Target[]): Promise<(NodePart | undefined)[]> {
    const parts = new Map((await this.rows.parts(targets)).map((part) => [targetId(part), toPart(part)]));
    return targets.map((target) => parts.get(targetId(target)));
  }

  /** Maps that break the contract are as good as none: the frames are kept, and cannot be read. */
  private mapsOf(nodeId: string, sessionId: string, maps: readonly MapSchemaMessage[]): object[] {
    try {
      return storeSchemas(maps);
    } catch (error) {
      if (!(error instanceof ContractError)) {
        throw error;
      }
      this.log.warn({ node: nodeId, session: sessionId, reason: error.message }, 'maps of a node refused');
      return [];
    }
  }
}

/** A name as controllers give them, and nothing else that a node may say. */
function variantOf({ variant }: { readonly variant: string }): string | null {
  return /^[a-z][a-z0-9-]{0,63}$/.test(variant) ? variant : null;
}

function targetId({ sessionId, nodeId }: Target): string {
  return `${sessionId} ${nodeId}`;
}

function toPart({ createdAt, maps }: StoredPart): NodePart {
  return { createdAt, schemas: maps === null ? null : loadSchemas(maps) };
}

function failureOf({ observation: { sessionId, nodeId }, failure }: Report): Conclusion[] {
  return failure === null ? [] : [{ sessionId, nodeId, verdict: { state: 'failed', reason: failure } }];
}
