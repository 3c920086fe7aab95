import { type KernelFeatures, type NodeIdentity, nodeIdentity, probeFeatures } from '@bpfleet/kernel';

/** What this node is and what its kernel can do; `missing` gives a reason for each feature that it lacks. */
export type NodeFacts = NodeIdentity & KernelFeatures;

/** Probes the kernel at the first call, which takes some 200 ms; later calls cost nothing. */
export function nodeFacts(): NodeFacts {
  return { ...nodeIdentity(), ...probeFeatures() };
}
