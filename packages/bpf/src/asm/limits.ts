/** Bytes of stack a program has (MAX_BPF_STACK). */
export const STACK_BYTES = 512;

/** Instructions the verifier lets a privileged program have (BPF_COMPLEXITY_LIMIT_INSNS), kernel 5.2 and later. */
export const MAX_INSTRUCTIONS = 1_000_000;

/** Slots a jump can reach either way: its offset has 16 bits. */
export const MAX_JUMP = 32_767;

/** Bytes of one encoded slot. */
export const SLOT_BYTES = 8;

/** Largest value of a per-CPU map (PCPU_MIN_UNIT_SIZE). */
export const MAX_PERCPU_VALUE = 32 * 1024;

/** Largest name of a program or map the kernel keeps (BPF_OBJ_NAME_LEN, without the zero). */
export const MAX_OBJECT_NAME = 15;
