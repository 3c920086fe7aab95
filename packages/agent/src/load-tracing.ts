import type { Tracing } from './tracing.ts';

/** The tracer of this node. Loaded when it is first needed: compiler and FFI are most of an agent's memory. */
export async function loadTracing(): Promise<Tracing> {
  const tracer = await import('@bpfleet/tracer');
  return {
    async nodeFacts() {
      const { arch, kernel, cpus, memoryBytes, features, missing } = tracer.nodeFacts();
      return { arch, kernel, cpus, memoryBytes: BigInt(memoryBytes), features, missing };
    },
    check: tracer.check,
    listProbes: async (pattern, options) => tracer.listProbes(pattern, options),
    loadTrace: tracer.loadTrace,
    refusedUse: tracer.refusedUse,
    runTrace: tracer.runTrace,
  };
}
