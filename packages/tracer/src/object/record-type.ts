import type { ObjectMap } from '@bpfleet/kernel';
import type { ObjectTypes, TypeRef } from './object-types.ts';

/** Names that people give the structure of what they send. */
const USUAL = ['event', 'event_t', 'data_t', 'data', 'record', 'sample'];
/** `bind_event`, `event_t`, but none of the kernel's own that a program has looked into. */
const LIKELY = /^(?!trace_event|perf_event|trace_entry)(?:\w+_)?(?:event|data|record|sample)(?:_t)?$/;

/**
 * The structure of the records of a ring or perf buffer: the map's own value type, else one that is named after the map
 * (`event` or `event_t` for `events`), has a usual name, is pointed to by a variable `unused` (as bpf2go wants it), or is the only
 * one with a likely name. Undefined where nothing tells.
 */
export function recordType(map: Pick<ObjectMap, 'name' | 'valueType'>, types: ObjectTypes): TypeRef | undefined {
  const { btf } = types;
  if (btf !== null && map.valueType !== 0 && map.valueType < btf.length) {
    const type = btf.resolve(map.valueType);
    if (type.kind === 'record') return { types: btf, id: type.id };
  }
  const single = map.name.replace(/ies$/, 'y').replace(/s$/, '');
  for (const name of [map.name, single, `${single}_t`, `${map.name}_t`, ...USUAL]) {
    const found = types.structure(name);
    if (found !== undefined) return found;
  }
  return pointedTo(types) ?? onlyLikely(types);
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

function onlyLikely(types: ObjectTypes): TypeRef | undefined {
  const likely = types.structures().filter((name) => LIKELY.test(name));
  return likely.length === 1 ? types.structure(likely[0] ?? '') : undefined;
}
