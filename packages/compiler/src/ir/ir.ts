import type { ByteSize, HelperName } from '@bpfleet/bpf';
import type { Operand, Place } from './value.ts';

/**
 * Operations on 64 bits; `u` and `s`: unsigned and signed. Division as the instruction does it: by zero gives 0.
 * `sdiv` and `smod` need kernel 6.6.
 */
export type BinaryOperation =
  | 'add'
  | 'sub'
  | 'mul'
  | 'udiv'
  | 'umod'
  | 'sdiv'
  | 'smod'
  | 'and'
  | 'or'
  | 'xor'
  | 'shl'
  | 'ushr'
  | 'sshr';

export type Comparison = 'eq' | 'ne' | 'ult' | 'ule' | 'ugt' | 'uge' | 'slt' | 'sle' | 'sgt' | 'sge';

export type CallArgument =
  | { readonly kind: 'operand'; readonly operand: Operand }
  | { readonly kind: 'address'; readonly place: Place }
  | { readonly kind: 'map'; readonly map: string }
  /** One of the program's callbacks, by its index. Kernel 5.13. */
  | { readonly kind: 'callback'; readonly index: number };

/** Where in the source an instruction comes from: an offset. */
interface Positioned {
  readonly position: number;
}

/**
 * Instructions over virtual registers of 64 bits. A register may be written more than once (a variable, a ternary),
 * but is written on every way to where it is read.
 */
export type IrInstruction = Positioned &
  (
    | { readonly kind: 'copy'; readonly result: number; readonly source: Operand }
    | {
        readonly kind: 'binary';
        readonly operation: BinaryOperation;
        readonly result: number;
        readonly left: Operand;
        readonly right: Operand;
      }
    | { readonly kind: 'negate'; readonly result: number; readonly source: number }
    /** The low bits with their bytes in reverse; zero above. */
    | { readonly kind: 'swap'; readonly result: number; readonly source: number; readonly bits: 16 | 32 | 64 }
    | { readonly kind: 'load'; readonly result: number; readonly size: ByteSize; readonly place: Place }
    | { readonly kind: 'store'; readonly size: ByteSize; readonly place: Place; readonly value: Operand }
    | { readonly kind: 'atomic-add'; readonly place: Place; readonly value: Operand }
    /** `result` is the value before. Kernel 5.12. */
    | { readonly kind: 'atomic-fetch-add'; readonly result: number; readonly place: Place; readonly value: Operand }
    | { readonly kind: 'address'; readonly result: number; readonly place: Place }
    /** Address of the one element of an array map. */
    | { readonly kind: 'map-value'; readonly result: number; readonly map: string; readonly offset: number }
    /** An argument of the function, from 0: the program's context is the first. Only first in the entry block. */
    | { readonly kind: 'parameter'; readonly index: number; readonly result: number }
    /** Address of the scratch memory. */
    | { readonly kind: 'scratch'; readonly result: number }
    | {
        readonly kind: 'call';
        readonly result?: number;
        readonly helper: HelperName;
        readonly arguments: readonly CallArgument[];
      }
  );

export type Terminator =
  | { readonly kind: 'jump'; readonly target: number; readonly position: number }
  | {
      readonly kind: 'branch';
      readonly comparison: Comparison;
      readonly left: number;
      readonly right: Operand;
      readonly then: number;
      readonly otherwise: number;
      readonly position: number;
    }
  | { readonly kind: 'return'; readonly value: Operand; readonly position: number };

export interface IrBlock {
  readonly id: number;
  readonly instructions: readonly IrInstruction[];
  readonly terminator: Terminator;
}

/** Memory in a program's frame. Stack objects lie `offset` below the frame pointer, others in the scratch map. */
export interface FrameObject {
  readonly id: number;
  readonly size: number;
  readonly storage: 'stack' | 'scratch';
  readonly offset: number;
}

/** One program before registers are chosen. Blocks are in the order they will be laid out; the first is the entry. */
export interface IrFunction {
  readonly name: string;
  readonly blocks: readonly IrBlock[];
  readonly objects: readonly FrameObject[];
  /** How many virtual registers there are. */
  readonly registers: number;
  /** Bytes of stack that objects take. */
  readonly stackBytes: number;
  readonly scratchBytes: number;
  /** The register that holds the address of the scratch memory, where there is any. */
  readonly scratch?: number;
  /** Functions that helpers call for each element; they share the objects, of which those in scratch memory. */
  readonly callbacks: readonly IrFunction[];
}
