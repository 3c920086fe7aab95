import type { AttachSpec, CFunction, ProgramType } from '@bpfleet/bpf';
import type { CompileConfig, CompileEnv, Executable } from '../env.ts';
import type { Diagnostics } from '../source/diagnostic.ts';
import type { AttachPoint } from '../syntax/ast.ts';
import type { TracepointFormat } from '../types/tracepoint-format.ts';
import type { AddressSpace } from '../types/type.ts';

/** What a program finds in its context. */
type ProbeContext =
  | { readonly kind: 'none' }
  /** `format` is null where no kernel is known. */
  | {
      readonly kind: 'tracepoint';
      readonly format: TracepointFormat | null;
      readonly space: AddressSpace;
      /** Served by the tracepoint of all system calls: the fields are in registers, or in that record. */
      readonly all?: AllSyscalls;
    }
  /** `arg0` and on, 8 bytes each. */
  | { readonly kind: 'raw-tracepoint' }
  /** The machine's registers, `struct pt_regs`. `space`: where what they point to is. */
  | { readonly kind: 'registers'; readonly at: 'entry' | 'return'; readonly space: AddressSpace }
  /** Of a static probe of a program: where its arguments are, each as the assembler wrote it. */
  | { readonly kind: 'static-probe'; readonly arguments: readonly string[]; readonly space: 'user' }
  /** Of an iterator: the number of the structure that the context is; absent where no kernel is known. */
  | { readonly kind: 'iterator'; readonly record?: number }
  /** The arguments of a kernel function, then what it returned; `function` is null where no kernel is known. */
  | {
      readonly kind: 'function';
      readonly at: 'entry' | 'return';
      readonly function: CFunction | null;
      readonly space: AddressSpace;
      /** A raw tracepoint: its arguments are `arg0` and on as well. */
      readonly raw?: true;
    };

/** How a program at the tracepoint of all system calls finds what it needs. */
export interface AllSyscalls {
  readonly at: 'enter' | 'exit';
  /**
   * typed: a raw program, whose context's pointers have types; memory behind them is loaded as it is. untyped: a raw
   * program that has to read that memory. record: the event `raw_syscalls:sys_enter` or `sys_exit`, whose record has
   * the number and the arguments.
   */
  readonly context: 'typed' | 'untyped' | 'record';
}

/** Texts by the number of the system call or function, in the map of names. Bytes. */
export interface NameTable {
  readonly first: number;
  readonly count: number;
  readonly offset: number;
  readonly size: number;
}

/** One place a clause's program is attached to: wildcards are gone. */
export interface ProbeTarget {
  /** In full: `tracepoint:sched:sched_switch`. */
  readonly name: string;
  readonly programType: ProgramType;
  readonly attach: AttachSpec;
  readonly context: ProbeContext;
  /** The system call, of tracepoints that belong to one. */
  readonly syscall?: { readonly number: number; readonly at: 'enter' | 'exit' };
  /** Runs of other processes than this are left out. */
  readonly onlyPid?: number;
  /**
   * Of the names and functions of all probes that one wildcard stands for: the longest, in bytes. So that `probe` and
   * `func` have one type in all of them, and they can share a program.
   */
  readonly widths?: { readonly name: number; readonly function: number };
  /** Where several probes share a program: their names. */
  readonly names?: NameTable;
  /** And those of their functions. */
  readonly functionNames?: NameTable;
  /** Of a probe on the code of a program: which, and where the function it is in begins. */
  readonly program?: { readonly executable: Executable; readonly address: number };
  /** The function that is probed, where there is one. */
  readonly function?: string;
}

/** Where a provider tells of mistakes. */
export type Reports = Pick<Diagnostics, 'error' | 'warning'>;

export interface ExpandContext {
  readonly env: CompileEnv;
  readonly config: CompileConfig;
  readonly diagnostics: Reports;
  /** Names that only one probe of a script may have. */
  readonly taken: Set<string>;
}

/** A kind of probe. */
export interface ProbeProvider {
  /** The full name. */
  readonly name: string;
  /** Other spellings. */
  readonly aliases: readonly string[];
  /** How it is written, for hints. */
  readonly usage: string;
  /** The targets of a probe; none after a mistake, which is reported. */
  expand(point: AttachPoint, context: ExpandContext): readonly ProbeTarget[];
}
