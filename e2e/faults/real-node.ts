import { spooledRuns } from '@bpfleet/agent/testing';
import type { NumberedReads } from '@bpfleet/testkit';
import type { SupervisedAgent } from '@bpfleet/testkit/simulator';
import type { AgentDeath, AgentStop } from './check-reads.ts';

/** A real agent, and the workload that it measures: agents on one kernel stay apart because each workload is another process. */
export class RealNode {
  readonly agent: SupervisedAgent;
  readonly workload: NumberedReads;
  readonly #deaths: AgentDeath[] = [];
  readonly #stops: AgentStop[] = [];
  /** What is done to it is done one after another. */
  #turn: Promise<void> = Promise.resolve();

  constructor(agent: SupervisedAgent, workload: NumberedReads) {
    this.agent = agent;
    this.workload = workload;
  }

  /** kill -9. */
  kill(): Promise<void> {
    return this.#inTurn(async () => {
      await this.agent.kill();
      const [lastCall, runs] = await Promise.all([this.workload.count(), spooledRuns(this.agent.stateDir)]);
      this.#deaths.push({ lastCall, runs });
    });
  }

  /** SIGTERM, and its end. */
  stop(): Promise<void> {
    return this.#inTurn(async () => {
      if (!this.agent.running) return;
      const lastBefore = await this.workload.count();
      await this.agent.stop();
      this.#stops.push({ lastBefore, lastCall: await this.workload.count() });
    });
  }

  get stops(): readonly AgentStop[] {
    return this.#stops;
  }

  /** After a kill or a stop. */
  restart(): Promise<void> {
    return this.#inTurn(() => {
      this.agent.start();
      return this.agent.up();
    });
  }

  /** Its deaths with what its spool had of this session. */
  deathsIn(sessionId: string): AgentDeath[] {
    return this.#deaths.map(({ lastCall, runs }) => ({
      lastCall,
      runs: runs.filter(({ session }) => session === sessionId),
    }));
  }

  /** Whether its spool has nothing more of the session. */
  async hasDelivered(sessionId: string): Promise<boolean> {
    // An agent that writes meanwhile: it is looked at again.
    const runs = await spooledRuns(this.agent.stateDir).catch(() => null);
    return runs?.every(({ session }) => session !== sessionId) ?? false;
  }

  async close(): Promise<void> {
    await this.#turn;
    await this.agent.stop();
    await this.workload.close();
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }
}
