import { helperKernel, helperName, isInKernelRange } from '@bpfleet/bpf';

/** What the verifiers of older kernels say of what they do not know, the kernel that brought it, and how people call it. */
const refusals: readonly (readonly [pattern: RegExp, kernel: string, what: string])[] = [
  [/^BPF_(XADD|STX) uses reserved fields|^unknown opcode (c3|db)/, '5.12', 'an atomic instruction other than addition'],
  [/^unrecognized bpf_ld_imm64 insn/, '5.13', 'a function that is given to a helper, as the body of a loop'],
  [/^BPF_CALL uses reserved fields|^calling kernel function .* is not allowed/, '5.13', 'a call of a kernel function'],
  [/^JIT does not support calling kernel function/, '5.18', 'a call of a kernel function on this architecture'],
  [
    /^BPF_(MOV|ALU|LDX|END|JMP) uses reserved fields|^unknown opcode (06|d7|81|89|91|99)/,
    '6.6',
    "an instruction of clang's -mcpu=v4",
  ],
];
const UNKNOWN_HELPER = /^(?:unknown|invalid) func \w+#(\d+)/;

/** Types of maps that came after 5.4, by their numbers (`enum bpf_map_type`). */
const maps: Readonly<Record<number, readonly [name: string, kernel: string]>> = {
  26: ['STRUCT_OPS', '5.6'],
  27: ['RINGBUF', '5.8'],
  28: ['INODE_STORAGE', '5.10'],
  29: ['TASK_STORAGE', '5.11'],
  30: ['BLOOM_FILTER', '5.16'],
  31: ['USER_RINGBUF', '6.1'],
  32: ['CGRP_STORAGE', '6.2'],
  33: ['ARENA', '6.9'],
};

interface NamedMap {
  readonly name: string;
  /** `enum bpf_map_type` */
  readonly type: number;
}

/** Kinds of programs, and of places for them, by their sections. */
const sections: readonly (readonly [pattern: RegExp, kernel: string, what: string])[] = [
  [/^k(ret)?probe\.multi\b/, '5.18', 'kprobe.multi'],
  [/^kprobe\.session\b/, '6.10', 'kprobe.session'],
  [/^u(ret)?probe\.multi\b/, '6.6', 'uprobe.multi'],
  [/^u(ret)?probe\.s\b/, '6.0', 'a uprobe that may sleep'],
  [/^(fentry|fexit|fmod_ret|lsm)\.s\b/, '5.10', 'a program that may sleep'],
  [/^(tp_btf|fentry|fexit|fmod_ret)\b/, '5.5', 'a program of a typed place'],
  [/^lsm_cgroup\b/, '6.0', 'lsm_cgroup'],
  [/^lsm\b/, '5.7', 'lsm'],
  [/^iter\.s\b/, '5.18', 'an iterator that may sleep'],
  [/^iter\b/, '5.8', 'an iterator'],
  [/^xdp\.frags\b/, '5.18', 'xdp.frags'],
  [/^xdp\b/, '5.9', 'a link of xdp'],
  [/^sk_lookup$/, '5.9', 'sk_lookup'],
  [/^cgroup\/\w+_unix$/, '6.7', 'a hook of unix sockets'],
  [/^cgroup\/(getpeername|getsockname)[46]$/, '5.8', 'a hook of names of sockets'],
  [/^cgroup\/sock_release$/, '5.9', 'cgroup/sock_release'],
];

/**
 * Which kernel has what a verifier has refused, as the compiler's own diagnostics say it; null where this one is no older, or the
 * verifier's words do not tell. An older kernel that has been given the same later does not refuse it.
 *
 * @param reason the verifier's own sentence
 * @param release of the kernel that refused it, as `uname -r` prints it
 */
export function kernelNeeded(reason: string, release: string): string | null {
  const [, number] = UNKNOWN_HELPER.exec(reason) ?? [];
  if (number !== undefined) {
    const id = Number(number);
    return sentence(`the helper bpf_${helperName(id) ?? id}`, helperKernel(id), release);
  }
  const [, kernel, what = ''] = refusals.find(([pattern]) => pattern.test(reason)) ?? [];
  return sentence(what, kernel, release);
}

/** The same of a place, as a section says it: of its kind, not of the place itself. */
export function kernelNeededAt(section: string, release: string): string | null {
  const [, kernel, what = ''] = sections.find(([pattern]) => pattern.test(section)) ?? [];
  return sentence(what, kernel, release);
}

/** The same of maps by their types, of all that are too new. */
export function kernelNeededFor(own: readonly NamedMap[], release: string): string | null {
  const lacking = own.flatMap(({ name, type }) => {
    const [of, kernel] = maps[type] ?? [];
    return sentence(`map "${name}" of type ${of}`, kernel, release) ?? [];
  });
  return lacking.length === 0 ? null : lacking.join('; ');
}

function sentence(what: string, kernel: string | undefined, release: string): string | null {
  if (kernel === undefined || isInKernelRange(release, `>=${kernel}`)) return null;
  return `${what} needs kernel ${kernel} or newer`;
}
