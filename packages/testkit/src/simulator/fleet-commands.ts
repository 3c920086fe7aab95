import type { AgentFault } from './simulated-agent.ts';
import { type FleetCounts, type FleetPlan, SimulatedFleet } from './simulated-fleet.ts';
import type { RunLog } from './simulated-run.ts';

/** What a simulated fleet in a process of its own is told; arguments and answers are JSON. */
export class FleetCommands {
  #fleet: SimulatedFleet | undefined;

  async start(plan: FleetPlan): Promise<void> {
    this.#fleet = await SimulatedFleet.start(plan);
  }

  counts(): FleetCounts {
    return this.#running.takeCounts();
  }

  undelivered(): number {
    return this.#running.undelivered;
  }

  logs(): RunLog[] {
    return this.#running.logs();
  }

  /** What the windows are cut into from now on, and whether they end at the same instant everywhere. */
  workload(framesPerWindow: number, aligned: boolean): void {
    this.#running.behaviour.framesPerWindow = framesPerWindow;
    this.#running.behaviour.aligned = aligned;
  }

  /** Which controllers there are from now on. */
  addresses(addresses: readonly string[]): void {
    this.#running.behaviour.addresses = addresses;
  }

  /** To the agents with these numbers. */
  each(fault: AgentFault, agents: readonly number[]): void {
    for (const index of agents) this.#running.agents[index]?.[fault](Date.now());
  }

  close(): void {
    this.#fleet?.close();
  }

  get #running(): SimulatedFleet {
    if (!this.#fleet) throw new Error('the fleet was not started');
    return this.#fleet;
  }
}
