import { type MapSpec, MapType } from '@bpfleet/bpf';
import { FileDescriptor } from '../ffi/file-descriptor.ts';
import { getLibbpf } from '../ffi/libbpf.ts';
import { pageSize } from '../ffi/libc.ts';
import { errnoError } from '../kernel-error.ts';
import { ringSize } from './map-layout.ts';
import { objectName } from './object-name.ts';

/** `struct bpf_map_create_opts` (bpf/bpf.h): the flags are at 28, after the size and five 4-byte fields. */
const OPTIONS_SIZE = 48;
const FLAGS_OFFSET = 28;

/** BPF_MAP_CREATE. Throws `KernelError`. */
export function createMap(spec: MapSpec): FileDescriptor {
  const options = Buffer.alloc(OPTIONS_SIZE);
  options.writeBigUInt64LE(BigInt(OPTIONS_SIZE), 0);
  options.writeUInt32LE(spec.flags, FLAGS_OFFSET);
  const maxEntries = spec.type === MapType.RINGBUF ? ringSize(spec.maxEntries, pageSize()) : spec.maxEntries;
  const fd = getLibbpf().bpf_map_create(
    spec.type,
    objectName(spec.name),
    spec.keySize,
    spec.valueSize,
    maxEntries,
    options,
  );
  if (fd < 0) throw errnoError(`create map "${spec.name}"`, fd);
  return new FileDescriptor(fd);
}
