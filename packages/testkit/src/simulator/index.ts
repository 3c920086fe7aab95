export { Cluster } from '../lab/cluster.ts';
export { SupervisedAgent } from '../lab/supervised-agent.ts';
export { below, seededRandom } from '../seeded-random.ts';
export { FleetProcess } from './fleet-process.ts';
export { type FleetCounts, type FleetPlan, SimulatedFleet } from './simulated-fleet.ts';
export type { RunLog } from './simulated-run.ts';
export { allConnected, makeJoinTokens, startFleet } from './start-fleet.ts';
export { type SyntheticWindow, syntheticWindows } from './synthetic-windows.ts';
