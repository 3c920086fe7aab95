import type { NodeFacts, Tracing } from './tracing.ts';

/** The tracer of this node. Loaded when it is first needed: compiler and FFI are most of an agent's memory. */
export async function loadTracing(): Promise<Tracing> {
  const tracer = await import('@bpfleet/tracer');
  return {
    check: tracer.check,
    listProbes: async (pattern, options) => tracer.listProbes(pattern, options),
    loadTrace: tracer.loadTrace,
    refusedUse: tracer.refusedUse,
    runTrace: tracer.runTrace,
    programText: tracer.programText,
  };
}

/** What this node's kernel can do. Asked by a process of its own: an agent at rest does without the tracer. */
export async function askFacts(): Promise<NodeFacts> {
  const { nodeFactsAside } = await import('@bpfleet/tracer/facts-aside');
  const { arch, kernel, cpus, memoryBytes, features, missing } = await nodeFactsAside();
  return { arch, kernel, cpus, memoryBytes: BigInt(memoryBytes), features, missing };
}
