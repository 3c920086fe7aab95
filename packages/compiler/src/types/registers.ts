/** Where a program of an architecture finds things in the registers of its context. Offsets in bytes. */
export interface RegisterLayout {
  /** Of the registers that hold the first arguments of a function. */
  readonly arguments: readonly number[];
  /** Of the stack pointer. */
  readonly stackPointer: number;
  /** From the stack pointer at a function's entry to the first argument that is on the stack. */
  readonly stackArguments: number;
  /** Of the register that holds what a function returns. */
  readonly result: number;
  /** Where the mode of the CPU is, and what it is in programs. */
  readonly mode: { readonly offset: number; readonly mask: bigint; readonly user: bigint };
  /** Of every register by the name that `reg()` knows it by. */
  readonly names: ReadonlyMap<string, number>;
}

const x86Names = [
  ...['r15', 'r14', 'r13', 'r12', 'bp', 'bx', 'r11', 'r10', 'r9', 'r8', 'ax'],
  ...['cx', 'dx', 'si', 'di', 'orig_ax', 'ip', 'cs', 'flags', 'sp', 'ss'],
];
const arm64Names = [...Array.from({ length: 31 }, (_, index) => `r${index}`), 'sp', 'pc', 'pstate'];

/** Registers of 8 bytes one after the other. */
function offsets(names: readonly string[]): [string, number][] {
  return names.map((name, index) => [name, index * 8]);
}

/**
 * `struct pt_regs` of x86-64 and `struct user_pt_regs` of arm64 (each in its asm/ptrace.h); who holds what: System V
 * ABI for AMD64, 3.2.3 (the return address lies above the stack's arguments), and AAPCS64, 6.8.2.
 */
export const registerLayouts: Readonly<Record<'x86-64' | 'arm64', RegisterLayout>> = {
  'x86-64': {
    arguments: [112, 104, 96, 88, 72, 64],
    stackPointer: 152,
    stackArguments: 8,
    result: 80,
    mode: { offset: 136, mask: 3n, user: 3n },
    names: new Map([...offsets(x86Names), ['pc', 128]]),
  },
  arm64: {
    arguments: [0, 8, 16, 24, 32, 40, 48, 56],
    stackPointer: 248,
    stackArguments: 0,
    result: 0,
    mode: { offset: 264, mask: 12n, user: 0n },
    names: new Map(offsets(arm64Names)),
  },
};
