export type * from './api.ts';
export { compileEnv } from './compile-env.ts';
export { type ListProbesOptions, listProbes, type ProbeList } from './list-probes.ts';
export type { ListedProbe } from './listed-probe.ts';
export { check, loadTrace } from './load-trace.ts';
export { type NodeFacts, nodeFacts } from './node-facts.ts';
export type { BenchRun, TestRun } from './own-runs.ts';
export { runTrace } from './run-trace.ts';
export { TraceError, type TraceErrorCode } from './trace-error.ts';
