export { Collection, Program } from './collection.ts';
export { type Executable, findExecutable } from './executable/find-executable.ts';
export { findExecutables } from './executable/find-executables.ts';
export { kernelNeededAt } from './features/needed-kernel.ts';
export { hasFeature, type KernelFeatures, probeFeatures, whyMissing } from './features/probe-features.ts';
export { pageSize } from './ffi/libc.ts';
export { isPatchable, type KernelFunction, traceableFunctions } from './functions/kernel-functions.ts';
export type { KernelFrame, KernelSymbols } from './functions/kernel-symbols.ts';
export { kernelTypes } from './functions/kernel-types.ts';
export { mayReadModuleTypes } from './functions/module-types.ts';
export { kernelSymbols, loadKernelSymbols } from './functions/read-kallsyms.ts';
export { errnoName, KernelError, type KernelErrorCode } from './kernel-error.ts';
export { type AttachPoint, attach } from './link/attach.ts';
export { attachEveryCpu } from './link/attach-every-cpu.ts';
export { attachMulti } from './link/attach-multi.ts';
export { attachSocketFilter } from './link/attach-socket-filter.ts';
export { attachTcx } from './link/attach-tcx.ts';
export { attachToSockets, type SocketMapHook, socketMapHook } from './link/attach-to-sockets.ts';
export { IteratorText } from './link/iterator-text.ts';
export { joinLinks, type Link } from './link/link.ts';
export { waitForPrograms } from './link/wait-for-programs.ts';
export { BpfMap } from './map/bpf-map.ts';
export { mapMemory } from './map/map-layout.ts';
export type { MapEntry } from './map/read-entries.ts';
export { cgroupId } from './node/cgroup-id.ts';
export { type ClockReading, WallClock } from './node/clock.ts';
export { bootToWall, taiOffset } from './node/clock-offset.ts';
export { onlineCpus, possibleCpus } from './node/cpus.ts';
export { pidNamespace } from './node/pid-namespace.ts';
export { type NodeIdentity, nodeIdentity } from './node/uname.ts';
export { KernelObject, type ObjectLink, type ObjectMap, type ObjectProgram } from './object/kernel-object.ts';
export type { ObjectTarget } from './object/object-target.ts';
export type { PerfEventSpec } from './perf/perf-event-attr.ts';
export type { Refusal } from './program/explain-refusal.ts';
export { isProgramLoaded } from './program/is-loaded.ts';
export { VerifierError } from './program/load-program.ts';
export { loadedPrograms } from './program/loaded-programs.ts';
export { type ProgramInfo, programInfo } from './program/program-info.ts';
export { type ProgramText, programText } from './program/program-text.ts';
export { runByProbe } from './program/run-by-probe.ts';
export { countsRunsAlways, enableRunStats } from './program/run-stats.ts';
export { testRun } from './program/test-run.ts';
export { PerfBuffer } from './ring/perf-buffer.ts';
export type { OnRecord } from './ring/read-records.ts';
export { RingBuffer } from './ring/ring-buffer.ts';
export { addDebugFolders } from './symbols/debug-files.ts';
export { demangle } from './symbols/demangle.ts';
export { kernelAddress, kernelFrame, type SymbolOwner, symbolOwner } from './symbols/kernel-lookup.ts';
export { hasOwnMounts, processFiles, processPath } from './symbols/process-files.ts';
export {
  formatBuildIdFrame,
  formatKernelStack,
  formatSymbol,
  formatUserStack,
  type StackMode,
  type SymbolFrame,
} from './symbols/symbol-frame.ts';
export { userAddress } from './symbols/user-address.ts';
export { UserSymbols, userSymbols } from './symbols/user-symbols.ts';
export { tracefs } from './tracefs/tracefs.ts';
export { availableTracepoints, type TracepointName, tracepointFormat } from './tracefs/tracepoint.ts';
