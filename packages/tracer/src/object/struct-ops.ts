import { isStructOps } from '@bpfleet/bpf';
import { hasFeature, type KernelObject } from '@bpfleet/kernel';
import { TraceError } from '../trace-error.ts';
import type { ObjectTypes } from './object-types.ts';

/** `enum bpf_map_type` (linux/bpf.h). */
const STRUCT_OPS = 26;

/**
 * The maps of structures of functions that an object registers with the kernel, by their place, made ready to be registered by links.
 * Throws TraceError: unsupported where this kernel only registers for good; compile for a map that only says that it is one, which
 * libbpf does not survive.
 */
export function linkedStructOps(object: KernelObject, { btf }: ObjectTypes): number[] {
  const declared = new Set(
    (btf?.variables() ?? []).filter(({ section }) => isStructOps(section)).map(({ name }) => name),
  );
  const found = [...object.maps.entries()].filter(([, { type }]) => type === STRUCT_OPS);
  for (const [, { name }] of found) {
    if (declared.has(name)) continue;
    throw new TraceError('compile', `map ${name} is of the type of struct_ops, and is no variable of such a section`);
  }
  if (found.length > 0 && !hasFeature('struct_ops')) {
    const why = 'this kernel would keep it when the trace is over: struct_ops need kernel 6.4';
    throw new TraceError('unsupported', `the object registers ${found.map(([, { name }]) => name).join(', ')}: ${why}`);
  }
  for (const [index] of found) object.linkStructOps(index);
  return found.map(([index]) => index);
}
