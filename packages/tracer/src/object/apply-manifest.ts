import {
  carriedManifest,
  didYouMean,
  isInKernelRange,
  MapType,
  type ObjectManifest,
  type ObjectSection,
  OTHER_PROGRAMS,
  problemText,
  programSettings,
} from '@bpfleet/bpf';
import type { Diagnostic } from '@bpfleet/compiler';
import { type KernelObject, nodeIdentity } from '@bpfleet/kernel';
import { cgroupFolder } from '../cgroup-path.ts';
import { TraceError } from '../trace-error.ts';
import { objectWarning } from './object-warning.ts';

/** As BCC's tools have. */
const DEFAULT_ENTRIES = 10_240;
/** perf's own depth, 127 addresses. */
const STACK_BYTES = 127 * 8;
const SIZED: readonly number[] = [
  ...[MapType.HASH, MapType.PERCPU_HASH, MapType.LRU_HASH, MapType.LRU_PERCPU_HASH, MapType.STACK_TRACE],
];
/** `enum bpf_map_type` (linux/bpf.h). */
const CGROUP_ARRAY = 8;
/** Those that libbpf sizes itself, and those that grow with what they belong to. */
const UNSIZED: readonly number[] = [
  ...Object.values({ PERF_EVENT_ARRAY: 4, CGROUP_STORAGE: 19, PERCPU_CGROUP_STORAGE: 21, SK_STORAGE: 24 }),
  ...Object.values({ STRUCT_OPS: 26, INODE_STORAGE: 28, TASK_STORAGE: 29, CGRP_STORAGE: 32 }),
];

/** The manifest that an object carries. Throws TraceError: compile where it is wrong, unsupported on a kernel that it excludes. */
export function requireManifest(sections: readonly ObjectSection[]): ObjectManifest {
  const read = carriedManifest(sections);
  if ('problems' in read) {
    throw new TraceError('compile', `the manifest is wrong: ${read.problems.map(problemText).join('; ')}`);
  }
  const { kernels, license } = read.manifest;
  const { kernel } = nodeIdentity();
  if (kernels !== undefined && !isInKernelRange(kernel, kernels)) {
    throw new TraceError('unsupported', `its manifest is for kernels ${kernels}; this is ${kernel}`);
  }
  const own = licenseOf(sections);
  if (license !== undefined && license !== own) {
    throw new TraceError('compile', `the manifest says license ${license}, the object itself ${own}`);
  }
  return read.manifest;
}

/** Sizes maps and chooses programs as a manifest says, before anything is loaded. Throws TraceError: compile, KernelError. */
export function applyManifest(object: KernelObject, manifest: ObjectManifest): void {
  for (const [name, { entries, valueSize, share, private: isOwn }] of Object.entries(manifest.maps ?? {})) {
    const index = indexOf(object.maps, name, 'map');
    if (entries !== undefined) object.resizeMap(index, entries);
    if (valueSize !== undefined) object.resizeValue(index, valueSize);
    if (isOwn === true) object.ownMap(index);
    if (share !== undefined) shareMap(object, index, share, manifest);
  }
  for (const name of Object.keys(manifest.programs ?? {})) {
    if (name !== OTHER_PROGRAMS) indexOf(object.programs, name, 'program');
  }
  for (const [index, { name }] of object.programs.entries()) {
    const { load } = programSettings(manifest, name);
    if (load !== undefined) object.setLoads(index, load);
  }
}

/** Once loaded: the control groups that a manifest puts into maps. Throws KernelError, TraceError where a map is none for them. */
export function fillMaps(object: KernelObject, { maps = {} }: ObjectManifest): void {
  for (const [name, { cgroup }] of Object.entries(maps)) {
    if (cgroup === undefined) continue;
    const index = indexOf(object.maps, name, 'map');
    if (object.maps[index]?.type !== CGROUP_ARRAY) {
      throw new TraceError('compile', `map ${name} is no array of control groups, and its manifest puts one into it`);
    }
    object.setCgroup(index, 0, cgroupFolder(cgroup));
  }
}

/**
 * Sizes maps that the object leaves to its loader, as BCC's tools do: a map without entries, and stacks without a depth.
 * Throws TraceError for one of another type, KernelError.
 */
export function sizeMaps(object: KernelObject): Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  for (const [index, { name, type, maxEntries, valueSize }] of object.maps.entries()) {
    if (type === MapType.STACK_TRACE && valueSize === 0) object.resizeValue(index, STACK_BYTES);
    if (maxEntries !== 0 || UNSIZED.includes(type)) continue;
    if (!SIZED.includes(type)) {
      const advice = `a manifest says it, maps: {${name}: {entries: N}}`;
      throw new TraceError('compile', `map ${name} leaves its size to its loader: ${advice}`);
    }
    object.resizeMap(index, DEFAULT_ENTRIES);
    const advice = `a manifest may say more (maps: {${name}: {entries: N}})`;
    diagnostics.push(
      objectWarning(`map ${name} has no size of its own, and now ${DEFAULT_ENTRIES} entries; ${advice}`),
    );
  }
  return diagnostics;
}

/** Whoever has pinned it relies on what is in it; and records go to one reader. */
function shareMap(object: KernelObject, index: number, path: string, { changes = [] }: ObjectManifest): void {
  const { name = '', type = 0 } = object.maps[index] ?? {};
  if (!changes.includes('maps')) {
    const why = `map ${name} is to be the one that is pinned at ${path}, which others use`;
    throw new TraceError('unsupported', `${why}: the manifest must allow it, by changes: [maps]`);
  }
  if (type === MapType.RINGBUF || type === MapType.PERF_EVENT_ARRAY) {
    throw new TraceError('unsupported', `map ${name} cannot be shared: its records go to one reader`);
  }
  object.shareMap(index, path);
}

function indexOf(all: readonly { readonly name: string }[], name: string, what: string): number {
  const index = all.findIndex((each) => each.name === name);
  if (index >= 0) return index;
  const hint = didYouMean(
    name,
    all.map((each) => each.name),
  );
  const advice = hint === undefined ? '' : `; ${hint}`;
  throw new TraceError('compile', `the manifest names a ${what} that the object does not have, ${name}${advice}`);
}

function licenseOf(sections: readonly ObjectSection[]): string {
  const section = sections.find(({ name }) => name === 'license');
  return section === undefined ? '' : new TextDecoder().decode(section.bytes).replace(/\0[\s\S]*$/, '');
}
