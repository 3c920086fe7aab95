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
import { DataSource } from 'typeorm';
import { LOGGER } from '../config/tokens.ts';
import { isUuid } from '../database/uuid.ts';
import { readManifest } from '../gateway/read-manifest.ts';
import { loadSchemas, storeSchemas } from '../results/stored-schemas.ts';
import { plainText, toProblemDiagnostics } from './program-diagnostics.ts';
import { SessionRepository } from './session.repository.ts';
import { Settlement } from './settlement.ts';

const maxAttachUs = 2n ** 62n;

/** What is known of a session that a node has a part in. */
export interface NodePart {
  readonly createdAt: Date;
  readonly schemas: readonly MapSchema[] | null;
}

/** Takes down what nodes report about the sessions they have a part in. */
@Injectable()
export class NodeReports {
  constructor(
    @Inject(DataSource) private readonly database: DataSource,
    @Inject(SessionRepository) private readonly sessions: SessionRepository,
    @Inject(Settlement) private readonly settlement: Settlement,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  /** undefined where the session is unknown, or the node none of its targets. */
  async part(sessionId: string, nodeId: string): Promise<NodePart | undefined> {
    const part = isUuid(sessionId) ? await this.sessions.part(sessionId, nodeId) : undefined;
    return part && { createdAt: part.createdAt, schemas: part.maps === null ? null : loadSchemas(part.maps) };
  }

  /** An assignment as the node sees it. A node that reports another's session changes nothing. */
  async observed(nodeId: string, seen: ObservedAssignment): Promise<void> {
    if (!isUuid(seen.sessionId)) {
      return;
    }
    const running = seen.state === ObservedAssignment_State.RUNNING;
    const failed = seen.state === ObservedAssignment_State.FAILED;
    const observation = {
      sessionId: seen.sessionId,
      maps: this.mapsOf(nodeId, seen.sessionId, seen.maps),
      attached: running,
      attachUs: running && seen.attachUs > 0n && seen.attachUs < maxAttachUs ? seen.attachUs : null,
      diagnostics: toProblemDiagnostics(seen.diagnostics),
    };
    const target = { sessionId: seen.sessionId, nodeId };
    await this.database.transaction(async (transaction) => {
      if (await this.sessions.observe(transaction, nodeId, observation, new Date())) {
        await this.settlement.update(transaction, seen.sessionId);
      }
      if (failed) {
        const reason = plainText(seen.reason) || 'the agent gave no reason';
        await this.settlement.conclude(transaction, target, { state: 'failed', reason });
      }
    });
  }

  /** False where the session is not the node's: there is nothing to keep, and the agent may let go. */
  async manifest(nodeId: string, message: Manifest): Promise<boolean> {
    if (!isUuid(message.sessionId) || (await this.sessions.part(message.sessionId, nodeId)) === undefined) {
      this.log.warn(
        { node: nodeId, session: message.sessionId.slice(0, 64) },
        'manifest of a session that is not the node’s',
      );
      return false;
    }
    const manifest = readManifest(message);
    const maps = this.mapsOf(nodeId, message.sessionId, message.maps);
    const diagnostics = toProblemDiagnostics(message.diagnostics);
    await this.database.transaction(async (transaction) => {
      await this.sessions.saveManifest(transaction, nodeId, manifest, new Date());
      const seen = { sessionId: message.sessionId, maps, attached: false, attachUs: null, diagnostics };
      await this.sessions.observe(transaction, nodeId, seen, new Date());
      await this.settlement.settleTarget(transaction, { sessionId: message.sessionId, nodeId });
    });
    return true;
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
