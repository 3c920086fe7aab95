/** What the virtual fleet runs on: emulators, xz for the guests' kernel modules, and what makes their tables of hardware and their disk. */
const fleetPackages = [
  ...['qemu-system-arm', 'qemu-system-x86', 'xz-utils'],
  ...['acpica-tools', 'device-tree-compiler', 'e2fsprogs'],
];

/** What builds ELF objects as people do. */
const clangPackages = ['clang', 'libbpf-dev'];

/** What tests hold our work against besides: cpio reads the archives that we write, bpftool the objects. */
const testPackages = [...clangPackages, 'cpio', 'bpftool'];

/** Where the compiler must run as well. */
const browserPackages = ['chromium'];

/**
 * What each npm script needs of the machine, and what it then runs on the pinned Node.
 * kernel: root, bpf(2), tracefs and libbpf. turbo: the turbo task to bring up to date first. node: options of Node.
 */
export const tasks = {
  demo: (args) => ({ kernel: true, turbo: 'build', script: 'e2e/demo/main.ts', args }),
  test: (args) => {
    const unit = args.includes('--unit');
    return {
      kernel: !unit,
      debian: [...fleetPackages, ...testPackages, ...(unit ? [] : browserPackages)],
      turbo: unit ? 'generate' : 'build',
      // The pure tests run before anything is built: our own packages are read from their sources.
      node: ['--conditions=bpfleet-source'],
      script: 'e2e/test/main.ts',
      args,
    };
  },
  bench: (args) => ({ kernel: true, debian: testPackages, turbo: 'build', script: 'e2e/bench/main.ts', args }),
  e2e: ([command, ...args]) => {
    if (command === 'oracle') {
      return { kernel: true, debian: testPackages, turbo: 'build', script: 'e2e/oracle/main.ts', args };
    }
    if (command === 'tools') {
      return { kernel: true, turbo: 'build', script: 'e2e/tools/main.ts', args };
    }
    if (command === 'faults') {
      return { kernel: args.includes('real'), turbo: 'build', script: 'e2e/faults/main.ts', args };
    }
    return {
      kernel: true,
      debian: [...fleetPackages, ...clangPackages],
      turbo: 'build',
      script: 'e2e/fleet/main.ts',
      args: command === undefined ? [] : [command, ...args],
    };
  },
};
