import type { GuestKind } from '../guests.ts';

/** Bytes of memory a guest has: most of them are for its root file system, twice over while it is unpacked. */
export const guestMemory = 1536 * 1024 * 1024;

export interface Boot {
  readonly kernel: string;
  readonly initramfs: string;
  /** An ACPI table of an x86-64 guest. */
  readonly acpiTable: string;
  readonly disk: string | null;
  /** Where the console is a unix socket, and where all of it is written. */
  readonly socket: string;
  readonly log: string;
}

/**
 * The command of an emulated machine with two processors and QEMU's user networking, in which the host is 10.0.2.2.
 * Software emulation: stock kernels do not boot under every host's KVM.
 */
export function qemu({ name, arch, btfHidden }: GuestKind, boot: Boot, now: Date): readonly [string, string[]] {
  const [program, machine, console] =
    arch === 'arm64' ? ['qemu-system-aarch64', 'virt', 'ttyAMA0'] : ['qemu-system-x86_64', 'pc', 'ttyS0'];
  const words = [
    `console=${console}`,
    // A guest that panics ends at once: QEMU does not reboot it.
    'panic=-1',
    `fleet.name=${name}`,
    `fleet.time=${Math.floor(now.getTime() / 1000)}`,
    ...(btfHidden ? ['fleet.btf=hidden'] : []),
    // What keeps real processors from telling secrets only makes emulated ones slow.
    'mitigations=off',
  ];
  const options = {
    machine,
    // What QEMU 7.2 makes of cmpxchg16b on a per-CPU variable kills kernel 6.12: without it the kernel takes a lock.
    // arm64's kernels sign their return addresses, for which the architected algorithm is many times slower to emulate.
    // Of AMD's, as which QEMU's passes otherwise, Linux sets no frequency, or it takes their clock to change with it. mwait would
    // make one that sleeps spin.
    cpu: arch === 'arm64' ? 'max,pauth-impdef=on' : 'max,cx16=off,vendor=GenuineIntel,monitor=off',
    // A kernel that changes its own code on one processor while another runs it is what QEMU 7.2 gets wrong for x86-64
    // (an Oops on int3 during boot): one thread runs both processors in turn.
    accel: arch === 'arm64' ? 'tcg,thread=multi' : 'tcg,thread=single',
    smp: '2',
    m: `${guestMemory / 1024 / 1024}M`,
    kernel: boot.kernel,
    initrd: boot.initramfs,
    append: words.join(' '),
    netdev: 'user,id=net',
    device: 'virtio-net-pci,netdev=net,romfile=',
    chardev: `socket,id=console,path=${boot.socket},server=on,wait=off,logfile=${boot.log}`,
    serial: 'chardev:console',
    ...(arch === 'x86-64' ? { acpitable: `file=${boot.acpiTable}` } : {}),
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
