import { getLibbpf } from '../ffi/libbpf.ts';
import { errnoError } from '../kernel-error.ts';

const ENOENT = 2;

/** Identifiers of every program that this kernel holds now, whoever loaded it. */
export function loadedPrograms(): Set<number> {
  const ids = new Set<number>();
  const next = Buffer.alloc(4);
  for (let id = 0; ; id = next.readUInt32LE(0)) {
    if (id !== 0) ids.add(id);
    const result = getLibbpf().bpf_prog_get_next_id(id, next);
    if (result === -ENOENT) return ids;
    if (result < 0) throw errnoError('list programs', result);
  }
}
