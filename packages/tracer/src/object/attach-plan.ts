import { type ManifestChange, type ManifestProgram, type ObjectManifest, programSettings } from '@bpfleet/bpf';
import {
  type ObjectProgram,
  type ObjectTarget,
  type PerfEventSpec,
  type SocketMapHook,
  socketMapHook,
} from '@bpfleet/kernel';
import { TraceError } from '../trace-error.ts';
import { UnplacedError } from './unplaced-error.ts';
import type { UprobePlace } from './uprobe-place.ts';
import type { UsdtPlace } from './usdt-place.ts';

/** How one program of an object is attached. */
export type AttachPlan =
  | { readonly how: 'libbpf'; readonly target: ObjectTarget }
  /** As `libbpf` with a uprobe, by a link that asks for less. */
  | { readonly how: 'uprobe_multi'; readonly place: UprobePlace }
  /** Likewise a static probe of a program. */
  | { readonly how: 'usdt_multi'; readonly place: UsdtPlace }
  /** Loaded for another function than its section says, then attached as that. */
  | { readonly how: 'retargeted'; readonly function: string }
  /** `map`: by its name, of those that run over the elements of one. */
  | { readonly how: 'iterator'; readonly map?: string }
  | { readonly how: 'perf_event'; readonly event: PerfEventSpec; readonly name: string }
  /** Runs for what it is a function of: a map of struct_ops, which is registered. */
  | { readonly how: 'struct_ops' }
  | { readonly how: 'socket_filter'; readonly interfaces: readonly string[] }
  /** `map` by its name. */
  | { readonly how: 'sockets'; readonly hook: SocketMapHook; readonly map: string }
  /** As its hierarchy has it, `/a/b`, or the whole path of its folder. */
  | { readonly how: 'cgroup'; readonly path: string }
  | { readonly how: 'xdp'; readonly interfaces: readonly string[] }
  | { readonly how: 'tcx'; readonly interfaces: readonly string[]; readonly direction: 'ingress' | 'egress' };

/** A plan, and what the program may change on the node: null where it only watches. */
export interface PlannedProgram {
  readonly plan: AttachPlan;
  readonly change: ManifestChange | null;
}

const SECTION: AttachPlan = { how: 'libbpf', target: { kind: 'section' } };
const DEFAULT_FREQUENCY = 99;

/** `enum perf_sw_ids` and `enum perf_hw_id` (linux/perf_event.h). */
const SOFTWARE: Readonly<Record<string, number>> = {
  ...{ 'task-clock': 1, 'page-faults': 2, 'context-switches': 3, 'cpu-migrations': 4 },
};
const HARDWARE: Readonly<Record<string, number>> = {
  ...{ 'cpu-cycles': 0, instructions: 1, 'cache-references': 2, 'cache-misses': 3, 'branch-misses': 5 },
};

/**
 * Kinds of sections that only watch, and that libbpf attaches by their name alone (libbpf's docs/program_types.rst). Where
 * a program of such a kind is given no place by its section, only a manifest can.
 */
const WATCHING =
  /^(tracepoint|tp|raw_tracepoint|raw_tp|tp_btf|kprobe|kretprobe|kprobe\.multi|kretprobe\.multi|kprobe\.session|ksyscall|kretsyscall|fentry|fexit|fentry\.s|fexit\.s|uprobe|uretprobe|uprobe\.s|uretprobe\.s|uprobe\.multi|uretprobe\.multi|usdt)$/;
/** Kinds that are made for one function, or event, when they are loaded. */
const TYPED = /^(tp_btf|fentry|fexit|fentry\.s|fexit\.s|lsm|lsm\.s|fmod_ret|fmod_ret\.s)$/;
/** Programs of a cgroup (libbpf's table of sections). */
const CGROUP =
  /^(cgroup|cgroup_skb|sockops|cgroup\/(skb|sock|sock_create|sock_release|post_bind[46]|bind[46]|connect[46]|connect_unix|getpeername[46]|getpeername_unix|getsockname[46]|getsockname_unix|sendmsg[46]|sendmsg_unix|recvmsg[46]|recvmsg_unix|sysctl|getsockopt|setsockopt|dev)|cgroup_skb\/(ingress|egress))$/;

/**
 * Where a program is attached, by its section and what the manifest says of it. Throws TraceError: unsupported where it is of a
 * kind that is not run, or changes what the manifest does not allow; UnplacedError where nothing says where; compile
 * where something is wrong.
 */
export function planProgram(
  { name, section }: Pick<ObjectProgram, 'name' | 'section'>,
  manifest: Pick<ObjectManifest, 'programs' | 'changes'> = {},
): PlannedProgram {
  const settings = programSettings(manifest, name);
  const planned = { ...planSection(name, section, settings), change: changeOf(section) };
  if (planned.change !== null && !(manifest.changes ?? []).includes(planned.change)) {
    throw new TraceError(
      'unsupported',
      `program "${name}" is in section "${section}", which can change what this machine does: only a manifest may allow it, by changes: [${planned.change}]`,
    );
  }
  return planned;
}

function planSection(name: string, section: string, settings: ManifestProgram): { readonly plan: AttachPlan } {
  const [kind = '', place] = split(section);
  if (kind === 'perf_event') return { plan: perfEvent(settings) };
  if (settings.attach !== undefined) return { plan: attachedElsewhere(name, kind, settings.attach) };
  if (WATCHING.test(kind)) {
    // libbpf attaches a place in a file by itself only where that is whole: `uprobe/PATH:FUNCTION`.
    const isWhole = place !== undefined && (!/^(u(ret)?probe|usdt)/.test(kind) || place.includes(':'));
    if (isWhole) return { plan: SECTION };
    throw new UnplacedError(name, section, `attach: ${kind}/${placeForm(kind, place)}`);
  }
  if (kind === 'iter' || kind === 'iter.s') return { plan: iterator(name, section, place, settings) };
  if (/^(lsm|lsm\.s|fmod_ret|fmod_ret\.s|raw_tp\.w|raw_tracepoint\.w)$/.test(kind)) return { plan: SECTION };
  if (/^struct_ops(\.s)?$/.test(kind)) return { plan: { how: 'struct_ops' } };
  const { interfaces = [] } = settings;
  if (section === 'socket') {
    if (interfaces.length === 0) throw new UnplacedError(name, section, 'interfaces: [NAME]');
    return { plan: { how: 'socket_filter', interfaces } };
  }
  const hook = socketMapHook(section);
  if (hook !== null) {
    if (settings.map === undefined) throw new UnplacedError(name, section, 'map: NAME');
    return { plan: { how: 'sockets', hook, map: settings.map } };
  }
  if (/^xdp(\.frags)?$/.test(section)) {
    if (interfaces.length === 0) throw new UnplacedError(name, section, 'interfaces: [NAME]');
    return { plan: { how: 'xdp', interfaces } };
  }
  const tc = /^(tc|tcx|classifier)(?:\/(ingress|egress))?$/.exec(section);
  if (tc !== null) {
    if (interfaces.length === 0) throw new UnplacedError(name, section, 'interfaces: [NAME]');
    const direction = (settings.direction ?? tc[2] ?? 'ingress') as 'ingress' | 'egress';
    return { plan: { how: 'tcx', interfaces, direction } };
  }
  if (CGROUP.test(section) || (kind === 'lsm_cgroup' && place !== undefined)) {
    if (settings.cgroup === undefined) throw new UnplacedError(name, section, 'cgroup: FOLDER');
    return { plan: { how: 'cgroup', path: settings.cgroup } };
  }
  if (section === 'sk_lookup' || section === 'flow_dissector')
    return { plan: { how: 'libbpf', target: { kind: 'netns' } } };
  throw notRun(name, section);
}

/** Those that run over the elements of a map have it given. */
function iterator(name: string, section: string, place: string | undefined, { map }: ManifestProgram): AttachPlan {
  if (!/^(bpf_map_elem|bpf_sk_storage_map|sockmap)$/.test(place ?? '')) return { how: 'iterator' };
  if (map === undefined) throw new UnplacedError(name, section, 'map: NAME');
  return { how: 'iterator', map };
}

/** A place as a section has it, for a program that its section puts elsewhere or nowhere. */
function attachedElsewhere(name: string, kind: string, attach: string): AttachPlan {
  const [wanted = '', place = ''] = split(attach);
  if (TYPED.test(kind)) {
    if (wanted !== kind) throw wrongPlace(name, kind, attach);
    return { how: 'retargeted', function: place };
  }
  const target = targetOf(wanted, place);
  if (target === null || familyOf(wanted) !== familyOf(kind)) throw wrongPlace(name, kind, attach);
  return { how: 'libbpf', target };
}

function targetOf(kind: string, place: string): ObjectTarget | null {
  switch (kind) {
    case 'kprobe':
    case 'kretprobe':
      return { kind: 'kprobe', function: place, return: kind === 'kretprobe' };
    case 'uprobe':
    case 'uretprobe':
    case 'uprobe.s':
    case 'uretprobe.s': {
      const [, path, symbol] = /^(.+):([^:]+)$/.exec(place) ?? [];
      if (path === undefined || symbol === undefined) return null;
      return { kind: 'uprobe', path, function: symbol, return: kind.startsWith('uret') };
    }
    case 'usdt': {
      const [, path, provider, name] = /^(.+):([^:]+):([^:]+)$/.exec(place) ?? [];
      return path === undefined || provider === undefined || name === undefined
        ? null
        : { kind: 'usdt', path, provider, name };
    }
    case 'tracepoint':
    case 'tp': {
      const [category, event] = place.split('/');
      return category === undefined || event === undefined ? null : { kind: 'tracepoint', category, event };
    }
    case 'raw_tracepoint':
    case 'raw_tp':
      return { kind: 'raw_tracepoint', event: place };
    default:
      return null;
  }
}

/** Programs of one family have the same context, and so can stand in for each other. */
function familyOf(kind: string): string {
  const plain = kind.replace(/\.(s|multi|session)$/, '');
  if (plain === 'tp') return 'tracepoint';
  if (plain === 'raw_tp') return 'raw_tracepoint';
  return /^[ku](ret)?probe$|^ksyscall$|^kretsyscall$|^usdt$/.test(plain) ? 'registers' : plain;
}

function perfEvent({ event = 'cpu-clock', frequency = DEFAULT_FREQUENCY }: ManifestProgram): AttachPlan {
  const name = `${event} ${frequency} times a second`;
  if (event === 'cpu-clock') return { how: 'perf_event', name, event: { kind: 'cpu-clock', frequency } };
  const software = SOFTWARE[event];
  const counter = software === undefined ? 'hardware' : 'software';
  const config = software ?? HARDWARE[event] ?? 0;
  return { how: 'perf_event', name, event: { kind: 'counter', counter, config, frequency } };
}

function changeOf(section: string): ManifestChange | null {
  const [kind = ''] = split(section);
  if (WATCHING.test(kind) || kind === 'perf_event' || kind === 'iter' || kind === 'iter.s') return null;
  // Of a socket of our own, so that whatever it decides is nothing to others.
  if (section === 'socket') return null;
  if (/^lsm(\.s|_cgroup)?$/.test(kind)) return 'security';
  return /^(fmod_ret|raw_tp\.w|raw_tracepoint\.w|struct_ops)/.test(kind) ? 'kernel' : 'network';
}

/** The kind, and what comes after its slash. */
function split(section: string): [kind: string, place?: string] {
  const slash = section.indexOf('/');
  if (slash < 0) return [section];
  const place = section.slice(slash + 1);
  return place === '' ? [section.slice(0, slash)] : [section.slice(0, slash), place];
}

/** How a place of such a kind is written, as far as its section has not said it. */
function placeForm(kind: string, place: string | undefined): string {
  if (kind === 'usdt') return '/PATH/OF/FILE:PROVIDER:NAME';
  if (/^u(ret)?probe/.test(kind)) return `/PATH/OF/FILE:${place ?? 'FUNCTION'}`;
  if (/^(tracepoint|tp)$/.test(kind)) return 'CATEGORY/NAME';
  return /^(raw_|tp_btf)/.test(kind) ? 'NAME' : 'FUNCTION';
}

function wrongPlace(name: string, kind: string, attach: string): TraceError {
  return new TraceError('compile', `program "${name}" of ${kind} cannot be attached to ${attach}`);
}

function notRun(name: string, section: string): TraceError {
  const reasons: readonly (readonly [RegExp, string])[] = [
    [/^(tc|tcx|xdp|classifier|action)/, 'only xdp, tc, tc/ingress, tc/egress and tcx are attached'],
    [/^sk_reuseport/, 'it would stay with sockets of others when the trace is over'],
    [/^freplace/, 'it would take the place of a function of another program'],
    [/^lwt|^netfilter$/, 'it would belong to a route or a table of others'],
  ];
  const [
    ,
    reason = 'sections are as in tracepoint/CATEGORY/NAME, raw_tp/NAME, tp_btf/NAME, kprobe/FUNCTION, fentry/FUNCTION',
  ] = reasons.find(([pattern]) => pattern.test(section)) ?? [];
  return new TraceError(
    'unsupported',
    `program "${name}" is in section "${section}", which is not attached to anything: ${reason}`,
  );
}
