/** What stands beside an object and says what its BTF cannot: pure data, as YAML or JSON has it. */
export interface ObjectManifest {
  readonly description?: string;
  /** Must be what the object itself says. */
  readonly license?: string;
  /** `>=5.8`, or several terms that must all hold: `>=5.8, <6.12`. */
  readonly kernels?: string;
  /** Global variables that may be set when it is loaded, by name. */
  readonly parameters?: Readonly<Record<string, ManifestParameter>>;
  /** How maps, ring and perf buffers and global variables become results, by name. */
  readonly outputs?: Readonly<Record<string, ManifestOutput>>;
  /** How maps are made, by name. */
  readonly maps?: Readonly<Record<string, ManifestMap>>;
  /** Whether and where programs are attached, by name; `*` stands for all that are not named, with `load` and `optional` alone. */
  readonly programs?: Readonly<Record<string, ManifestProgram>>;
  /** What the programs may do beyond looking. */
  readonly changes?: readonly ManifestChange[];
}

/** A value of a variable: numbers beyond 2^53 as text; of an array its elements. */
export type ManifestValue = number | string | boolean | readonly (number | string | boolean)[];

export interface ManifestParameter {
  readonly description?: string;
  readonly default?: ManifestValue;
}

/**
 * sum: by addition · min, max: extremes · last: the newest wins · hist: an array whose element N counts values from 2^N to
 * 2^(N+1)-1 · list: the value of every node by itself, under its name.
 */
export const merges = ['sum', 'min', 'max', 'last', 'hist', 'list'] as const;
export type ManifestMerge = (typeof merges)[number];

export interface ManifestOutput {
  readonly description?: string;
  readonly merge?: ManifestMerge;
  /** Of single fields of a structure, by `name` or `name.name`. */
  readonly fields?: Readonly<Record<string, ManifestMerge>>;
  /** Of ring and perf buffers: the name of the structure of a record. */
  readonly record?: string;
  /** Instead: the fields of a record in their order, as C has them, where no type information has the structure. */
  readonly layout?: readonly string[];
  /** false: it is no result. */
  readonly show?: boolean;
}

export interface ManifestMap {
  /** Instead of the object's own `max_entries`. */
  readonly entries?: number;
  /** Instead of the object's own `value_size`, bytes: of a map of stacks 8 for each frame. */
  readonly valueSize?: number;
  /** Of an array of control groups: which one is its first element; as of a program. */
  readonly cgroup?: string;
  /** A map that somebody has pinned, at this path, is used instead of an own one. */
  readonly share?: string;
  /** The map is the trace's own, also where the object asks to pin it. */
  readonly private?: boolean;
}

/** Stands for every program that is not named. */
export const OTHER_PROGRAMS = '*';

export interface ManifestProgram {
  /** false: it is not loaded; true: also where the object says `SEC("?...")`. */
  readonly load?: boolean;
  /** true: where this kernel lacks what the program is attached to, the others run without it. */
  readonly optional?: boolean;
  /** Instead of what its section says, as a section says it: `kprobe/vfs_read`, `uprobe//bin/bash:readline`. */
  readonly attach?: string;
  /** Of `perf_event`: samples a second of this event on every CPU. */
  readonly event?: ManifestPerfEvent;
  readonly frequency?: number;
  /** Of xdp, tc and socket filters: network interfaces. */
  readonly interfaces?: readonly string[];
  /** Of tc: which way. */
  readonly direction?: 'ingress' | 'egress';
  /** Of cgroup programs, lsm_cgroup among them: the group's path in the hierarchy of version 2, `/a/b`, or its whole path below /sys/fs/cgroup. */
  readonly cgroup?: string;
  /** Of sk_skb and sk_msg, and of iterators of maps: the object's map that they are for. */
  readonly map?: string;
}

export const perfEvents = [
  ...(['cpu-clock', 'task-clock', 'page-faults', 'context-switches', 'cpu-migrations'] as const),
  ...(['cpu-cycles', 'instructions', 'cache-references', 'cache-misses', 'branch-misses'] as const),
] as const;
export type ManifestPerfEvent = (typeof perfEvents)[number];

/** network: xdp, tc, cgroup and socket programs · security: lsm, lsm_cgroup · kernel: fmod_ret, raw_tp.w, struct_ops · maps: those that others have pinned. */
export const changes = ['network', 'security', 'kernel', 'maps'] as const;
export type ManifestChange = (typeof changes)[number];
