import {
  carriedManifest,
  didYouMean,
  isInKernelRange,
  type ManifestMap,
  type ManifestProgram,
  MapType,
  type ObjectManifest,
  type ObjectSection,
  problemText,
} from '@bpfleet/bpf';
import { type KernelObject, nodeIdentity } from '@bpfleet/kernel';
import { TraceError } from '../trace-error.ts';

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
  for (const [name, { entries, share, private: isOwn }] of settingsOf(manifest.maps)) {
    const index = indexOf(object.maps, name, 'map');
    if (entries !== undefined) object.resizeMap(index, entries);
    if (isOwn === true) object.ownMap(index);
    if (share !== undefined) shareMap(object, index, share, manifest);
  }
  for (const [name, { load }] of settingsOf(manifest.programs)) {
    const index = indexOf(object.programs, name, 'program');
    if (load !== undefined) object.setLoads(index, load);
  }
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

function settingsOf<T extends ManifestMap | ManifestProgram>(table: Readonly<Record<string, T>> = {}): [string, T][] {
  return Object.entries(table);
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
