import type { Instruction } from '../asm/instruction.ts';
import type { MapSpec } from './map-spec.ts';

/** What is in a key or value, for whoever reads the map. */
export type ValueType =
  | { readonly kind: 'integer'; readonly bytes: 1 | 2 | 4 | 8; readonly signed: boolean }
  | { readonly kind: 'text'; readonly bytes: number };

export interface ObjectMap extends MapSpec {
  readonly keyType?: ValueType;
  readonly valueType?: ValueType;
}

export interface ObjectProgram {
  readonly name: string;
  /** What tells a loader the kind of program and where it is attached. */
  readonly section: string;
  readonly instructions: readonly Instruction[];
  /** Where each function begins, the program itself first; absent where that is the only one. */
  readonly functions?: readonly { readonly instruction: number; readonly name: string }[];
  /** What each instruction was written as, for the verifier's messages: the first has one, and they go up. */
  readonly lines?: readonly ObjectLine[];
}

export interface ObjectLine {
  readonly instruction: number;
  /** From 1. */
  readonly line: number;
  readonly text: string;
}

/** Everything an ELF object for libbpf holds: pure data. */
export interface ObjectSpec {
  readonly maps: readonly ObjectMap[];
  readonly programs: readonly ObjectProgram[];
  readonly license: string;
  /** The name of the file that `lines` are of. */
  readonly file?: string;
}
