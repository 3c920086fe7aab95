import type { Logger } from '@bpfleet/runtime';
import { Inject, Injectable } from '@nestjs/common';
import { LOGGER } from '../config/tokens.ts';
import { Hints } from '../database/hints.ts';
import { Periodic } from '../periodic.ts';
import { SessionRepository } from '../sessions/session.repository.ts';
import { ConnectedAgents } from './connected-agents.ts';

const lookEveryMs = 2_000;
/** Sessions that changed within so long are looked at: clocks of controllers differ, and transactions take their time to be seen. */
const lookBackMs = 30_000;

/** Has the nodes that are connected here told what they are to run when another controller has changed that. */
@Injectable()
export class AssignmentWatch {
  private readonly periodic = new Periodic(
    lookEveryMs,
    () => this.look(),
    (err) => this.failed(err),
  );
  private off: () => void = () => undefined;
  /** What is known of the sessions that changed lately. */
  private seen = new Set<string>();

  constructor(
    @Inject(SessionRepository) private readonly sessions: SessionRepository,
    @Inject(ConnectedAgents) private readonly agents: ConnectedAgents,
    @Inject(Hints) private readonly hints: Hints,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  start(): void {
    this.off = this.hints.on('assignments', (id) => void this.refresh(id).catch((err: unknown) => this.failed(err)));
    this.periodic.start();
  }

  stop(): Promise<void> {
    this.off();
    return this.periodic.stop();
  }

  /** Finds what no hint told. */
  private async look(): Promise<void> {
    const changed = await this.sessions.changedSince(new Date(Date.now() - lookBackMs));
    const now = new Set(changed.map(stateOf));
    for (const session of changed) {
      if (!this.seen.has(stateOf(session))) {
        await this.refresh(session.id);
      }
    }
    this.seen = now;
  }

  private async refresh(sessionId: string): Promise<void> {
    if (this.agents.count > 0) {
      this.agents.refresh(await this.sessions.targets(sessionId));
    }
  }

  private failed(err: unknown): void {
    this.log.warn({ err }, 'nodes could not be told of a change; it is looked for again');
  }
}

function stateOf({ id, wave, cancelled }: { id: string; wave: number; cancelled: boolean }): string {
  return `${id} ${wave} ${cancelled}`;
}
