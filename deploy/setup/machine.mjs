import { existsSync, readFileSync } from 'node:fs';
import { SetupError } from './step.mjs';

const CAP_SYS_ADMIN = 21n;
const CAP_BPF = 39n;

/** Anything that can hold the workspace, root or not. */
export function checkMachine() {
  if (process.platform !== 'linux') throw new SetupError('bpfleet measures Linux kernels: run this on Linux.');
  if (!['x64', 'arm64'].includes(process.arch))
    throw new SetupError(`This machine is ${process.arch}; bpfleet runs on x64 and arm64.`);
}

export function checkRoot(task) {
  if (process.getuid() !== 0)
    throw new SetupError(
      `Loading eBPF programs needs root: run "sudo npm run ${task}"${task === 'test' ? ', or "npm test -- --unit" for the tests that need no kernel' : ''}.`,
    );
}

export function checkKernel() {
  // Present exactly where the kernel was built with CONFIG_BPF_SYSCALL.
  if (!existsSync('/proc/sys/kernel/unprivileged_bpf_disabled'))
    throw new SetupError('This kernel has no bpf(2): boot one built with CONFIG_BPF_SYSCALL=y.');
  const effective = /^CapEff:\s*([0-9a-f]+)/m.exec(readFileSync('/proc/self/status', 'utf8'));
  const capabilities = BigInt(`0x${effective?.[1] ?? '0'}`);
  if (!((capabilities >> CAP_SYS_ADMIN) & 1n) && !((capabilities >> CAP_BPF) & 1n))
    throw new SetupError(
      'This container may not use bpf(2): start it with CAP_BPF, CAP_PERFMON and CAP_SYS_ADMIN (docker run --privileged).',
    );
  if (!existsSync('/sys/kernel/btf/vmlinux'))
    throw new SetupError(
      'This kernel has no BTF (/sys/kernel/btf/vmlinux): boot one built with CONFIG_DEBUG_INFO_BTF=y, as Debian 11 and later have it, and mount /sys.',
    );
}
