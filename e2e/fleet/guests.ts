import { FleetError } from './fleet-error.ts';

/** A guest as Debian and QEMU name its architecture, and as bpfleet labels it. */
export interface GuestKind {
  /** As on the command line and in the table: `arm64-6.1`. */
  readonly name: string;
  readonly arch: 'arm64' | 'x86-64';
  /** Of the kernel package: major and minor, or `sid` for the newest there is. */
  readonly kernel: '5.10' | '6.1' | '6.12' | 'sid';
  /** Debian's kernel for machines of every kind: on arm64 that for clouds sets no frequency of a CPU. */
  readonly fullKernel?: true;
  /** Boots without /sys/kernel/btf, as a kernel built without CONFIG_DEBUG_INFO_BTF looks. */
  readonly btfHidden?: true;
}

/** Every guest, the pair that stands for all of them first. */
export const guestKinds: readonly GuestKind[] = [
  { name: 'arm64-6.1', arch: 'arm64', kernel: '6.1' },
  { name: 'x86-64-5.10', arch: 'x86-64', kernel: '5.10' },
  { name: 'arm64-5.10', arch: 'arm64', kernel: '5.10' },
  { name: 'arm64-6.12', arch: 'arm64', kernel: '6.12', fullKernel: true },
  { name: 'arm64-sid', arch: 'arm64', kernel: 'sid' },
  { name: 'x86-64-6.1', arch: 'x86-64', kernel: '6.1' },
  { name: 'x86-64-6.12', arch: 'x86-64', kernel: '6.12' },
  { name: 'x86-64-sid', arch: 'x86-64', kernel: 'sid' },
  { name: 'x86-64-6.1-nobtf', arch: 'x86-64', kernel: '6.1', btfHidden: true },
];

/** One of each architecture, an old kernel among them. */
const pair = 2;

/**
 * The guests that a list names: `all`, names as `arm64-6.1`, kernels as `6.1`, architectures as `arm64`; null for the pair.
 *
 * @throws FleetError naming what matches no guest
 */
export function chooseGuests(list: string | null): GuestKind[] {
  if (list === null) return guestKinds.slice(0, pair);
  const words = list
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
  const matches = (word: string, kind: GuestKind) =>
    word === 'all' || [kind.name, kind.kernel, kind.arch].includes(word);
  const nothing = words.find((word) => !guestKinds.some((kind) => matches(word, kind)));
  if (nothing !== undefined || words.length === 0)
    throw new FleetError(
      `There is no guest "${nothing ?? list}": choose among ${guestKinds.map(({ name }) => name).join(', ')}.`,
    );
  return guestKinds.filter((kind) => words.some((word) => matches(word, kind)));
}
