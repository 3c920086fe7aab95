import type { Instruction } from '../asm/instruction.ts';

/** Program types with their number in `enum bpf_prog_type` (linux/bpf.h). */
export const ProgramType = {
  KPROBE: 2,
  TRACEPOINT: 5,
  PERF_EVENT: 7,
  RAW_TRACEPOINT: 17,
  TRACING: 26,
} as const;
export type ProgramType = (typeof ProgramType)[keyof typeof ProgramType];

/** Where a program is to be attached. */
export type AttachSpec =
  /** Classic tracepoint, through a perf event. */
  | { readonly kind: 'tracepoint'; readonly category: string; readonly event: string }
  | { readonly kind: 'raw_tracepoint'; readonly event: string }
  /** A raw tracepoint with typed arguments, by the number of `btf_trace_EVENT` in the kernel's BTF. */
  | { readonly kind: 'tp_btf'; readonly event: string; readonly btfId: number }
  /** On every CPU: `frequency` samples a second, or one each `periodNs` nanoseconds. */
  | { readonly kind: 'profile'; readonly frequency: number }
  | { readonly kind: 'profile'; readonly periodNs: bigint }
  /** On one CPU, each `periodNs` nanoseconds. */
  | { readonly kind: 'interval'; readonly periodNs: bigint }
  /**
   * On every CPU, or in each thread of `pid`, each `period` events of what the kernel or the CPU counts. `config`: the event's number in
   * linux/perf_event.h.
   */
  | {
      readonly kind: 'software' | 'hardware';
      readonly event: string;
      readonly config: number;
      readonly period: bigint;
      readonly pid?: number;
    }
  /** On a kernel function: at its entry, `offset` bytes into it, or on its return. */
  | { readonly kind: 'kprobe'; readonly function: string; readonly offset: number; readonly return: boolean }
  /** On a kernel function by its number in the kernel's BTF, through a trampoline: at its entry, or after it. */
  | { readonly kind: 'fentry' | 'fexit'; readonly function: string; readonly btfId: number }
  /**
   * On the code `offset` bytes into a file, or on the return from there: of every process that runs it, or of `pid`.
   * `semaphore`: offset in the file of the counter that is raised while the probe is attached (4.20).
   */
  | {
      readonly kind: 'uprobe';
      readonly path: string;
      readonly offset: number;
      readonly return: boolean;
      readonly semaphore?: number;
      readonly pid?: number;
    }
  /**
   * On many functions of the kernel at once (5.18), or of a file (6.6); the cookie is the number in the list where `cookies` has no
   * other. `semaphores`: as of a uprobe, one for each offset, 0 for none.
   */
  | { readonly kind: 'kprobe_multi'; readonly functions: readonly string[]; readonly return: boolean }
  | {
      readonly kind: 'uprobe_multi';
      readonly path: string;
      readonly offsets: readonly number[];
      readonly return: boolean;
      readonly semaphores?: readonly number[];
      readonly cookies?: readonly number[];
      readonly pid?: number;
    }
  /** Run for each object of a kind, once, by the number of `bpf_iter_ITERATOR` in the kernel's BTF (5.8). */
  | { readonly kind: 'iter'; readonly iterator: string; readonly btfId: number }
  /**
   * When memory is used, `mode` some of `r`, `w` and `x`, sorted: by threads that the process has when it is attached, or
   * on every CPU.
   */
  | {
      readonly kind: 'watchpoint';
      readonly address: bigint;
      readonly length: number;
      readonly mode: string;
      readonly pid?: number;
    }
  /** Run by BPF_PROG_TEST_RUN each time the tracing process gets the signal. */
  | { readonly kind: 'signal'; readonly signal: 'SIGUSR1' }
  /** Run by BPF_PROG_TEST_RUN where tests or benchmarks are asked for, never attached. */
  | { readonly kind: 'test'; readonly name: string }
  | { readonly kind: 'bench'; readonly name: string }
  /** Run once by BPF_PROG_TEST_RUN before anything is attached. */
  | { readonly kind: 'begin' }
  /** Run once by BPF_PROG_TEST_RUN after everything is detached. */
  | { readonly kind: 'end' };

/** Which source text an instruction came from, to explain the verifier's refusal. Lines and columns count from 1. */
export interface SourceLine {
  /** Index of the first instruction of this line. */
  readonly instruction: number;
  readonly line: number;
  readonly column: number;
}

/** A program before any kernel has seen it. */
export interface ProgramSpec {
  /** Unique within the collection. */
  readonly name: string;
  readonly type: ProgramType;
  readonly attach: AttachSpec;
  readonly instructions: readonly Instruction[];
  readonly license: string;
  readonly sourceLines: readonly SourceLine[];
  /** Names of the script's probes that it serves and that no program before it does. */
  readonly probes?: readonly string[];
  /** Where each function begins, the program itself first; absent where that is the only one. */
  readonly functions?: readonly { readonly instruction: number; readonly name: string }[];
}
