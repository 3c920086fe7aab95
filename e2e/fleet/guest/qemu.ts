import type { GuestKind } from '../guests.ts';

/** Bytes of memory a guest has: most of them are for its root file system, twice over while it is unpacked. */
export const guestMemory = 1536 * 1024 * 1024;

export interface Boot {
  readonly kernel: string;
  readonly initramfs: string;
  /** What frequencyOptions() says. */
  readonly frequencies: Readonly<Record<string, string>>;
  readonly disk: string | null;
  /** Where the console is a unix socket, and where all of it is written. */
  readonly socket: string;
  readonly log: string;
}

/**
 * The program that emulates a machine with two processors, and its options of what is in it. Software emulation: stock kernels
 * do not boot under every host's KVM.
 */
export function emulator({ arch }: GuestKind) {
  const options = { smp: '2', m: `${guestMemory / 1024 / 1024}M` };
  // arm64's kernels sign their return addresses, for which the architected algorithm is many times slower to emulate.
  const arm64 = { ...options, machine: 'virt', cpu: 'max,pauth-impdef=on', accel: 'tcg,thread=multi' };
  const x86 = {
    ...options,
    machine: 'pc',
    // What QEMU 7.2 makes of cmpxchg16b on a per-CPU variable kills kernel 6.12: without it the kernel takes a lock.
    // As a Core 2, on which Linux sets frequencies and knows that the clock does not change with them: of AMD's, as which QEMU's
    // passes otherwise, it knows neither. mwait would make a processor that sleeps spin.
    cpu: 'max,cx16=off,vendor=GenuineIntel,family=6,model=15,monitor=off',
    // A kernel that changes its own code on one processor while another runs it is what QEMU 7.2 gets wrong for x86-64
    // (an Oops on int3 during boot): one thread runs both processors in turn.
    accel: 'tcg,thread=single',
  };
  return arch === 'arm64' ? (['qemu-system-aarch64', arm64] as const) : (['qemu-system-x86_64', x86] as const);
}

/** The command of a guest. It has QEMU's user networking, in which the host is 10.0.2.2. */
export function qemu(kind: GuestKind, boot: Boot, now: Date): readonly [string, string[]] {
  const { name, arch, btfHidden } = kind;
  const [program, machine] = emulator(kind);
  const words = [
    `console=${arch === 'arm64' ? 'ttyAMA0' : 'ttyS0'}`,
    // A guest that panics ends at once: QEMU does not reboot it.
    'panic=-1',
    `fleet.name=${name}`,
    `fleet.time=${Math.floor(now.getTime() / 1000)}`,
    ...(btfHidden ? ['fleet.btf=hidden'] : []),
    // What keeps real processors from telling secrets only makes emulated ones slow.
    'mitigations=off',
  ];
  const options = {
    ...machine,
    ...boot.frequencies,
    kernel: boot.kernel,
    initrd: boot.initramfs,
    append: words.join(' '),
    netdev: 'user,id=net',
    device: 'virtio-net-pci,netdev=net,romfile=',
    chardev: `socket,id=console,path=${boot.socket},server=on,wait=off,logfile=${boot.log}`,
    serial: 'chardev:console',
    ...(boot.disk === null ? {} : { drive: `file=${boot.disk},format=raw,if=virtio,readonly=on` }),
  };
  return [
    program,
    [
      '-nodefaults',
      '-nographic',
      '-no-reboot',
      ...Object.entries(options).flatMap(([key, value]) => [`-${key}`, value]),
    ],
  ];
}
