/** Where the kernel's `struct pt_regs` keeps what a system call was given. Offsets in bytes. */
export interface SyscallRegisters {
  readonly arguments: readonly number[];
  /** The number of the call: 4 bytes, signed. */
  readonly number: number;
  /** The mark of a thread that is in a call by the 32-bit way: a field of its `thread_info`, and the bit in there. */
  readonly compat: { readonly field: string; readonly bit: bigint };
}

/**
 * `struct pt_regs` of each architecture's asm/ptrace.h, as its syscall_get_arguments and syscall_get_nr read it; the
 * marks are TS_COMPAT and TIF_32BIT of asm/thread_info.h. arm64 keeps the first argument apart, because the result
 * overwrites its register.
 */
export const syscallRegisters: Readonly<Record<'x86-64' | 'arm64', SyscallRegisters>> = {
  'x86-64': {
    arguments: [112, 104, 96, 56, 72, 64],
    number: 120,
    compat: { field: 'status', bit: 1n << 1n },
  },
  arm64: {
    arguments: [272, 8, 16, 24, 32, 40],
    number: 280,
    compat: { field: 'flags', bit: 1n << 22n },
  },
};
