import type { ManifestProgram } from '@bpfleet/bpf';

/** Sections that libbpf takes by another name than `bpfleet probes` has (libbpf's docs/program_types.rst). */
const KINDS: Readonly<Record<string, string>> = {
  tp: 'tracepoint',
  raw_tp: 'rawtracepoint',
  raw_tracepoint: 'rawtracepoint',
  tp_btf: 'rawtracepoint',
};

/**
 * The names that a policy may forbid a program by. Where the section says its place: `fentry/vfs_read` is `fentry:vfs_read` and
 * `fentry:vmlinux:vfs_read`. Where the manifest does: `xdp` is `xdp:eth0`, and `xdp:*` where it names none. A section whose name
 * begins with a dot holds no program.
 */
export function sectionNames(section: string, settings: ManifestProgram = {}): string[] {
  if (section.startsWith('.')) return [];
  const [kind, place] = split(section);
  switch (kind) {
    case 'perf_event':
      return perfEventNames(settings);
    case 'xdp':
      return each(settings.interfaces, (name) => [`xdp:${name}`]);
    case 'tc':
    case 'tcx':
    case 'classifier': {
      const direction = settings.direction ?? (place || 'ingress');
      return each(settings.interfaces, (name) => [`tc:${name}:${direction}`, `tcx:${name}:${direction}`]);
    }
    case 'socket':
      return each(settings.interfaces, (name) => [`socket:${name}`]);
    case 'sk_lookup':
    case 'flow_dissector':
      return [`${kind}:netns`];
    case 'sockops':
    case 'cgroup':
    case 'cgroup_skb':
      return [`${[kind, ...(place === '' ? [] : [place]), settings.cgroup ?? '*'].join(':')}`];
    case 'lsm_cgroup':
      return [`${kind}:${place}:${settings.cgroup ?? '*'}`, ...placeNames('lsm', place)];
    case 'sk_skb':
    case 'sk_msg':
      return [`${[kind, ...(place === '' ? [] : [place]), settings.map ?? '*'].join(':')}`];
    default:
      if (place !== '') return placeNames(kind, place);
      // Its manifest says the place, and has it as a section has.
      return settings.attach === undefined ? [`${KINDS[kind] ?? kind}:*`] : [];
  }
}

/** Of a place as a section has it. */
export function placeNames(kind: string, place: string): string[] {
  const name = KINDS[kind] ?? kind;
  const target = place.replaceAll('/', ':');
  const plain = [`${name}:${target}`, `${name}:vmlinux:${target}`];
  switch (kind) {
    case 'uprobe':
    case 'uretprobe':
    case 'usdt':
      // A path keeps its slashes.
      return [`${name}:${place}`];
    case 'ksyscall':
      return [...plain, `kprobe:*sys_${target}`, `tracepoint:syscalls:sys_enter_${target}`];
    case 'kretsyscall':
      return [...plain, `kretprobe:*sys_${target}`, `tracepoint:syscalls:sys_exit_${target}`];
    default:
      return plain;
  }
}

/** The kind without what only libbpf needs to know, and what comes after the slash. */
export function split(section: string): [kind: string, place: string] {
  const slash = section.indexOf('/');
  const kind = slash < 0 ? section : section.slice(0, slash);
  const plain = kind.replace(/^\?/, '').replace(/\.(s|multi|session|frags)\b/g, '');
  return [plain, slash < 0 ? '' : section.slice(slash + 1)];
}

/** As an object has it, and as the language calls the same. */
function perfEventNames({ event = 'cpu-clock', frequency = 99 }: ManifestProgram): string[] {
  const own = `perf_event:${event}`;
  return event === 'cpu-clock' ? [own, `profile:hz:${frequency}`] : [own, `software:${event}`, `hardware:${event}`];
}

function each(places: readonly string[] = ['*'], names: (place: string) => string[]): string[] {
  return (places.length === 0 ? ['*'] : places).flatMap(names);
}
