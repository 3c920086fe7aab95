import type { MapSchema } from '@bpfleet/aggregate';
import type { Span } from './source/span.ts';
import type { RenderedAs } from './types/type.ts';

/** How one part of a key, a value or an event's argument lies in memory. Offset from where those begin, in bytes. */
export interface FieldLayout {
  readonly data: DataLayout;
  readonly offset: number;
  /** A multiple of 8, but for the parts of C structures and arrays. */
  readonly size: number;
}

/** What the bytes of a field mean. All integers are little endian. */
export type DataLayout =
  /** `names`: of an enumeration's values, by the decimal number. */
  | {
      readonly kind: 'integer';
      readonly bytes: 1 | 2 | 4 | 8;
      readonly signed: boolean;
      readonly names?: Readonly<Record<string, string>>;
      /** Of bit-fields: how far up its lowest bit is, and how many there are. */
      readonly bits?: { readonly shift: number; readonly count: number };
    }
  | { readonly kind: 'boolean'; readonly bytes: 1 | 8 }
  | { readonly kind: 'pointer' }
  /** A field of a structure that no script can read: shown as null. */
  | { readonly kind: 'unreadable' }
  /** Ended by the first zero byte, or the end of its `bytes`. */
  | { readonly kind: 'string'; readonly bytes: number }
  /** 8 bytes of a length, then at most so many bytes. */
  | { readonly kind: 'buffer'; readonly bytes: number }
  /**
   * A number in the kernel map of stacks of that name, none where it is negative; of a program's stack also the number
   * of the process, in the 8 bytes after it.
   */
  | {
      readonly kind: 'stack';
      readonly map: string;
      /** Numbers from there on are of that map, where they begin at 0. */
      readonly spill?: { readonly map: string; readonly from: number };
      readonly depth: number;
      readonly user: boolean;
      readonly mode: 'bpftrace' | 'perf' | 'raw' | 'build_id';
    }
  | { readonly kind: 'rendered'; readonly as: RenderedAs; readonly text?: string }
  | { readonly kind: 'tuple'; readonly fields: readonly FieldLayout[]; readonly names?: readonly string[] }
  | { readonly kind: 'record'; readonly fields: readonly (FieldLayout & { readonly name: string })[] }
  | { readonly kind: 'array'; readonly element: DataLayout; readonly stride: number; readonly length: number };

/** How a map of the script lies in its kernel map. */
export interface MapOutput {
  readonly schema: MapSchema;
  /** Name of the kernel map in the CollectionSpec. */
  readonly map: string;
  readonly perCpu: boolean;
  /** Maps without a key are arrays of one element, whose first 8 bytes are non-zero once it was set. */
  readonly keyless: boolean;
  readonly key: readonly FieldLayout[];
  readonly value: ValueLayout;
  /** END clears it: it has nothing at the end. */
  readonly cleared?: true;
}

export type ValueLayout =
  /** Aggregates: `slots` cells of 8 bytes from `offset`; `set`: offset of an 8-byte flag that says the entry was set. */
  | { readonly kind: 'cells'; readonly offset: number; readonly slots: number; readonly set?: number }
  | { readonly kind: 'scalar'; readonly field: FieldLayout; readonly set?: number };

/**
 * A record on a ring: u64 id (index in `OutputLayout.records`), u64 nanoseconds of CLOCK_MONOTONIC, then the arguments.
 */
export type RecordLayout =
  | { readonly kind: 'printf'; readonly format: string; readonly args: readonly FieldLayout[]; readonly size: number }
  | { readonly kind: 'value'; readonly arg: FieldLayout; readonly size: number }
  /** print(@m) and clear(@m), done by the reader of the control ring. `top` and `div` as in print(@m, top, div). */
  | {
      readonly kind: 'print-map';
      readonly map: number;
      readonly top: number;
      readonly div: number;
      readonly size: number;
    }
  /** print(@m[k]) of an aggregate, whose parts only user space can put together. */
  | { readonly kind: 'print-entry'; readonly map: number; readonly key: readonly FieldLayout[]; readonly size: number }
  | { readonly kind: 'clear-map'; readonly map: number; readonly size: number }
  /** zero(@m): every entry stays, with the value zero. */
  | { readonly kind: 'zero-map'; readonly map: number; readonly size: number }
  /** `code`: what the process is to exit with, 0 where it is absent; its low 8 bits count. */
  | { readonly kind: 'exit'; readonly code?: FieldLayout; readonly size: number }
  /** A process whose code addresses are about to be told of: its mappings are to be read while it lives. */
  | { readonly kind: 'process'; readonly field: FieldLayout; readonly size: number }
  /** The time of day in strftime's words, as it is when the record is read. */
  | { readonly kind: 'time'; readonly format: string; readonly size: number }
  /** Prints the file of that name, or what a command of the shell prints. */
  | {
      readonly kind: 'cat' | 'system';
      readonly format: string;
      readonly args: readonly FieldLayout[];
      /** Bytes of the file that are printed; of commands all. */
      readonly limit?: number;
      readonly size: number;
    }
  /** Texts from `size` on, up to what `end` says, each with its zero. */
  | { readonly kind: 'join'; readonly separator: string; readonly end: FieldLayout; readonly size: number }
  /** A packet of which `length` bytes follow the record, but the first `skip` are not for the capture file at `path`. */
  | {
      readonly kind: 'packet';
      readonly path: string;
      readonly skip: number;
      readonly length: FieldLayout;
      readonly size: number;
    }
  /** A helper that failed: with which result. */
  | {
      readonly kind: 'helper';
      readonly helper: string;
      readonly result: FieldLayout;
      readonly span: Span;
      readonly size: number;
    }
  /** What a script has to say about itself: errorf() and warnf(), with their place in the source. */
  | {
      readonly kind: 'message';
      readonly severity: 'error' | 'warning';
      readonly format: string;
      readonly args: readonly FieldLayout[];
      readonly span: Span;
      /** What goes wrong while a program runs is shown with its line of the source. */
      readonly quoted?: true;
      readonly size: number;
    };

/** Slots of the per-CPU counters map that every program shares. */
export const CounterSlot = {
  ringFull: 0,
  mapFull: 1,
  truncated: 2,
  readFailed: 3,
  controlFull: 4,
  /** Runs that found their scratch memory in use. */
  skipped: 5,
  /** Stacks that found their place in the map of stacks taken by another. */
  stackLost: 6,
} as const;

/** What user space must know to read what the programs of a script leave behind. */
export interface OutputLayout {
  readonly maps: readonly MapOutput[];
  readonly records: readonly RecordLayout[];
  /** A probe that cannot be attached is passed over: with a warning, or without. Absent: it is an error. */
  readonly missingProbes?: 'warn' | 'ignore';
  /** Names of the ring buffers; absent where no program writes to them. Exit, clear and print go through `control`. */
  readonly eventRing?: string;
  readonly controlRing?: string;
  /** A perf event array. */
  readonly packetBuffer?: string;
  /** Per-CPU array with one u64 a CounterSlot; absent where nothing can be lost. */
  readonly counters?: string;
}
