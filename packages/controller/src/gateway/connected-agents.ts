import { Injectable } from '@nestjs/common';
import type { QuestionOn, ResponseOn, Subject } from './agent-questions.ts';

/** The newest connection of a node, as other modules see it. */
export interface ConnectedAgent {
  readonly nodeId: string;
  /** undefined where no answer came within `timeoutMs`. */
  ask<S extends Subject>(question: QuestionOn<S>, timeoutMs: number): Promise<ResponseOn<S> | undefined>;
  /** What the node is to run has changed: tell it. */
  refresh(): void;
  /** Ends the connection; the agent may come back. */
  close(reason: string): void;
  /** Ends the connection; the agent is told that it is not wanted. */
  refuse(reason: string): void;
}

/** Which nodes are connected to this controller. */
@Injectable()
export class ConnectedAgents {
  private readonly agents = new Map<string, ConnectedAgent>();
  private readonly arrivals: ((agent: ConnectedAgent) => void)[] = [];

  /** Called with each agent from when it can be asked and told. */
  onArrival(arrived: (agent: ConnectedAgent) => void): void {
    this.arrivals.push(arrived);
  }

  /** A newer connection of a node ends the older one. */
  add(agent: ConnectedAgent): void {
    const older = this.agents.get(agent.nodeId);
    this.agents.set(agent.nodeId, agent);
    older?.close('a newer connection of this node took over');
    for (const arrived of this.arrivals) arrived(agent);
  }

  remove(agent: ConnectedAgent): void {
    if (this.agents.get(agent.nodeId) === agent) {
      this.agents.delete(agent.nodeId);
    }
  }

  get(nodeId: string): ConnectedAgent | undefined {
    return this.agents.get(nodeId);
  }

  get count(): number {
    return this.agents.size;
  }

  refresh(nodeIds: Iterable<string>): void {
    for (const nodeId of nodeIds) {
      this.agents.get(nodeId)?.refresh();
    }
  }
}
