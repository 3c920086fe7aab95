import { type CompileEnv, type KernelFeature, parseTracepointFormat, type TracepointFormat } from '@bpfleet/compiler';
import {
  availableTracepoints,
  bootToWall,
  cgroupId,
  demangle,
  findExecutable,
  findExecutables,
  hasFeature,
  kernelAddress,
  kernelSymbols,
  kernelTypes,
  pageSize,
  pidNamespace,
  possibleCpus,
  taiOffset,
  traceableFunctions,
  tracepointFormat,
  userAddress,
} from '@bpfleet/kernel';
import { lazyTypes } from './lazy-types.ts';
import { TraceError } from './trace-error.ts';
import { triedFeatures } from './tried-features.ts';

/** In the order of the compiler's type; what it can make use of. */
const FEATURES: readonly KernelFeature[] = [
  ...(['probe_read_user', 'jiffies', 'signal_thread', 'ns_pid', 'boot_time', 'ringbuf'] as const),
  'raw_tracepoint_test_run',
  ...(['atomic_fetch', 'percpu_lookup', 'long_key', 'for_each_map_elem', 'loop', 'signed_division', 'tai'] as const),
  ...(['kprobe', 'fentry', 'uprobe', 'tp_btf', 'steady_raw', 'iter', 'kprobe_multi', 'uprobe_multi'] as const),
];

const formats = new Map<string, TracepointFormat | undefined>();
let env: CompileEnv | null = null;

/** What a script is compiled for on this node. Formats are read as scripts ask for them. Throws TraceError. */
export function compileEnv(): CompileEnv {
  env ??= readEnv();
  return env;
}

function readEnv(): CompileEnv {
  const arch = process.arch === 'x64' ? 'x86-64' : process.arch;
  if (arch !== 'x86-64' && arch !== 'arm64') {
    throw new TraceError('unsupported', `scripts are compiled for x86-64 and arm64; this node is ${arch}`);
  }
  const namespace = pidNamespace();
  return {
    arch,
    pageSize: pageSize(),
    cpus: possibleCpus(),
    features: triedFeatures(FEATURES),
    tracepoints: { tracepoint: readFormat, list: availableTracepoints },
    functions: { count: (name) => kernelSymbols().count(name), list: traceableFunctions },
    executables: { find: findExecutable, findAll: findExecutables, demangle },
    symbols: { kernel: kernelAddress, user: userAddress },
    taiOffset,
    wallOffset: bootToWall,
    cgroupId,
    ...(hasFeature('btf') ? { types: lazyTypes(kernelTypes) } : {}),
    ...(namespace === null ? {} : { pidNamespace: namespace }),
  };
}

/** undefined where this kernel has no such tracepoint. */
export function readFormat(category: string, event: string): TracepointFormat | undefined {
  const name = `${category}:${event}`;
  if (!formats.has(name)) {
    const text = tracepointFormat(category, event);
    // Only what exists is kept: names that do not are endless.
    if (text === null) return undefined;
    formats.set(name, parseTracepointFormat(text));
  }
  return formats.get(name);
}
