import { readdirSync } from 'node:fs';
import { arch, version as osVersion, release } from 'node:os';
import { nodeFacts } from '@bpfleet/tracer';

/** What bpftrace calls a feature, and what we do. */
type Row = readonly [label: string, feature: string];

const helpers: readonly Row[] = [
  ['get_tai_ns', 'tai'],
  ['get_func_ip', 'get_func_ip'],
  ['lookup_percpu_elem', 'percpu_lookup'],
  ['loop', 'bounded_loop'],
  ['dpath', 'd_path'],
];
const probeTypes: readonly Row[] = [
  ['kprobe', 'kprobe'],
  ['fentry', 'fentry'],
  ['uprobe', 'uprobe'],
  ['tracepoint', 'tracepoint'],
  ['rawtracepoint', 'raw_tracepoint'],
  ['kprobe_multi', 'kprobe_multi'],
  ['uprobe_multi', 'uprobe_multi'],
  ['kprobe_session', 'kprobe_session'],
  ['iter', 'iter'],
];

/** `--info`: this system and what its kernel can do, each line `name: yes` or `name: no`, as scripts look for them. */
export function kernelInfo(version: string, withoutFeatures: readonly string[]): string {
  const { features } = nodeFacts();
  const has = (feature: string) => features.includes(feature) && !withoutFeatures.includes(feature);
  const answer = (rows: readonly Row[]) => rows.map(([label, feature]) => yesOrNo(label, has(feature)));
  return [
    'System',
    `  OS: Linux ${release()} ${osVersion()}`,
    `  Arch: ${machine()}`,
    '',
    'Build',
    `  version: v${version}`,
    '',
    'Kernel helpers',
    ...answer(helpers),
    '',
    'Kernel features',
    yesOrNo('btf', has('btf')),
    yesOrNo('module btf', hasModuleTypes()),
    ...answer(['ringbuf', 'batch', 'long_key', 'atomic_fetch', 'perf_link', 'run_stats'].map((name) => [name, name])),
    '',
    'Probe types',
    ...answer(probeTypes),
    '',
  ]
    .map((line) => `${line}\n`)
    .join('');
}

function yesOrNo(label: string, is: boolean): string {
  return `  ${label}: ${is ? 'yes' : 'no'}`;
}

/** As uname(2) says it. */
function machine(): string {
  return { x64: 'x86_64', arm64: 'aarch64' }[arch() as 'x64' | 'arm64'] ?? arch();
}

/** The kernel gives a module's types beside its own (5.11). */
function hasModuleTypes(): boolean {
  try {
    return readdirSync('/sys/kernel/btf').length > 1;
  } catch {
    return false;
  }
}
