import { parseArgument, type StaticArgument, splitArguments } from '@bpfleet/compiler';
import { type BpfMap, KernelError } from '@bpfleet/kernel';

/** As many as a specification has room for (bpf/usdt.bpf.h). */
const MAX_ARGUMENTS = 12;
/**
 * `struct __bpf_usdt_spec` (bpf/usdt.bpf.h): 12 times `struct __bpf_usdt_arg_spec` (val_off 0, arg_type 8, reg_off 12, arg_signed 14,
 * arg_bitshift 15), usdt_cookie 192, arg_cnt 200. Bytes.
 */
const ARGUMENT_BYTES = 16;
const COUNT = 200;
const SPEC_BYTES = 208;
/** `enum __bpf_usdt_arg_type`. */
const TYPES = { constant: 0, register: 1, memory: 2 } as const;

/** Where the arguments of static probes are, for the programs of one object: libbpf's usdt.bpf.h reads it from a map by number. */
export class UsdtSpecs {
  static readonly map = '__bpf_usdt_specs';
  readonly #map: Pick<BpfMap, 'spec' | 'update'>;
  readonly #arch: string;
  /** Numbers by arguments: places that have them in the same registers share one. */
  readonly #numbers = new Map<string, number>();

  /** @param map of the object, loaded */
  constructor(map: Pick<BpfMap, 'spec' | 'update'>, arch: string) {
    this.#map = map;
    this.#arch = arch;
  }

  /**
   * The number under which a probe's arguments are found, as the file's note has them. Throws KernelError where one cannot be read, or
   * there is no room.
   *
   * @param what what it is for, in messages
   */
  numberOf(text: string, what: string): number {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    const { valueSize, maxEntries } = this.#map.spec;
    if (valueSize !== SPEC_BYTES) {
      const why = `map ${UsdtSpecs.map} of the object is not as libbpf's usdt.bpf.h makes it`;
      throw new KernelError('NOFEATURE', `cannot ${what}: ${why}`);
    }
    const number = this.#numbers.size;
    if (number >= maxEntries) {
      const advice = `a manifest may give it more room (maps: {${UsdtSpecs.map}: {entries: N}})`;
      throw new KernelError('E2BIG', `cannot ${what}: map ${UsdtSpecs.map} is full; ${advice}`);
    }
    const key = Buffer.alloc(4);
    key.writeUInt32LE(number);
    const spec = usdtSpec(text, this.#arch);
    if (typeof spec === 'string') throw new KernelError('NOFEATURE', `cannot ${what}: ${spec}`);
    this.#map.update(key, spec);
    this.#numbers.set(text, number);
    return number;
  }
}

/** A specification of arguments, as a note has them; or a sentence why there can be none. */
export function usdtSpec(text: string, arch: string): Uint8Array | string {
  const parts = splitArguments(text);
  if (parts.length > MAX_ARGUMENTS) return `it has ${parts.length} arguments, and at most ${MAX_ARGUMENTS} can be read`;
  const spec = Buffer.alloc(SPEC_BYTES);
  spec.writeInt16LE(parts.length, COUNT);
  for (const [index, part] of parts.entries()) {
    const argument = arch === 'x86-64' || arch === 'arm64' ? parseArgument(arch, part) : undefined;
    // usdt.bpf.h of libbpf before 1.7 knows a register and a distance, but no second register.
    if (argument === undefined || (argument.kind === 'memory' && argument.index !== undefined))
      return `its argument ${index} is where programs cannot read it, ${part}`;
    writeArgument(spec, index * ARGUMENT_BYTES, argument);
  }
  return spec;
}

function writeArgument(spec: Buffer, at: number, argument: StaticArgument): void {
  const value = argument.kind === 'constant' ? argument.value : argument.kind === 'memory' ? argument.displacement : 0n;
  const register = argument.kind === 'constant' ? 0 : argument.kind === 'memory' ? argument.base : argument.offset;
  spec.writeBigUInt64LE(BigInt.asUintN(64, value), at);
  spec.writeUInt32LE(TYPES[argument.kind], at + 8);
  spec.writeInt16LE(register, at + 12);
  spec.writeUInt8(Number(argument.signed), at + 14);
  spec.writeUInt8(64 - argument.size * 8, at + 15);
}
