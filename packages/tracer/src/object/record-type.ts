import type { CType } from '@bpfleet/bpf';
import type { ObjectMap } from '@bpfleet/kernel';
import { type ObjectTypes, type TypeRef, unlessDamaged, type ValueTypes } from './object-types.ts';

/** Of pointers, arrays and structures without a name around one that has a name. */
const MAX_DEPTH = 8;
/** Names that people give the structure of what they send. */
const USUAL = ['event', 'event_t', 'data_t', 'data', 'record', 'sample'];
/** `bind_event`, `event_t`, but none of the kernel's own that a program has looked into. */
const LIKELY = /^(?!(?:trace_event|trace_entry|bpf|perf|hw_perf)_)(?:\w+_)?(?:event|data|record|sample)(?:_t)?$/;

/** `sure`: false where its name is all that speaks for it, and values of maps are called so as well. */
export interface FoundRecord extends TypeRef {
  readonly sure: boolean;
}

/**
 * The structure of the records of a ring or perf buffer: the map's own value type, else one that is named after the map
 * (`event` or `event_t` for `events`), is pointed to by a variable `unused` (as bpf2go wants it), has a usual name, or is the only
 * one with a likely name that no other structure holds. Undefined where nothing tells.
 */
export function recordType(map: Pick<ObjectMap, 'name' | 'valueType'>, types: ObjectTypes): FoundRecord | undefined {
  const { btf } = types;
  if (btf !== null && map.valueType !== 0 && map.valueType < btf.length) {
    const type = btf.resolve(map.valueType);
    if (type.kind === 'record') return { types: btf, id: type.id, sure: true };
  }
  const single = map.name.replace(/ies$/, 'y').replace(/s$/, '');
  const [own] = [map.name, single, `${single}_t`, `${map.name}_t`].flatMap((name) => types.structure(name) ?? []);
  const named = own ?? pointedTo(types);
  if (named !== undefined) return { ...named, sure: true };
  const [usual] = USUAL.flatMap((name) => types.structure(name) ?? []);
  const likely = usual ?? onlyLikely(types);
  return likely === undefined ? undefined : { ...likely, sure: false };
}

function pointedTo({ btf }: ObjectTypes): TypeRef | undefined {
  for (const { name, type } of btf?.variables() ?? []) {
    if (btf === null || !/^_*unused/.test(name)) continue;
    const pointer = btf.resolve(type);
    const record = pointer.kind === 'pointer' ? btf.resolve(pointer.to) : pointer;
    if (record.kind === 'record') return { types: btf, id: record.id };
  }
  return undefined;
}

/** Danger: an object has the kernel's structures as well, `sock_cgroup_data` for one. Those are parts of others; a record is whole. */
function onlyLikely(types: ObjectTypes): TypeRef | undefined {
  const names = types.structures();
  const likely = names.filter((name) => LIKELY.test(name));
  if (likely.length === 0) return undefined;
  const parts = partsOf(names.flatMap((name) => types.structure(name) ?? []));
  const [only, other] = likely.filter((name) => !parts.has(name));
  return only === undefined || other !== undefined ? undefined : types.structure(only);
}

/** Names of the structures that these hold or point to. */
function partsOf(structures: readonly TypeRef[]): ReadonlySet<string> {
  const parts = new Set<string>();
  for (const each of structures) unlessDamaged(() => addParts(parts, each, MAX_DEPTH));
  return parts;
}

function addParts(parts: Set<string>, { types, id }: TypeRef, depth: number): void {
  for (const { type } of depth === 0 ? [] : types.members(id)) {
    const record = recordOf(types, type);
    if (record === undefined) continue;
    // What has no name is written out where it stands.
    if (record.name === '') addParts(parts, { types, id: record.id }, depth - 1);
    else parts.add(record.name);
  }
}

/** What pointers and arrays lead to. */
function recordOf(types: ValueTypes, id: number): (CType & { readonly kind: 'record' }) | undefined {
  let type = types.resolve(id);
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    if (type.kind === 'record') return type;
    if (type.kind !== 'pointer' && type.kind !== 'array') return undefined;
    type = types.resolve(type.kind === 'pointer' ? type.to : type.element);
  }
  return undefined;
}
