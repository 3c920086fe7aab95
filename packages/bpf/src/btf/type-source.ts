/**
 * A C type without its typedefs and qualifiers. `pointer` and `array` name what they hold by its number, so that
 * nothing is read before it is needed. Sizes in bytes.
 */
export type CType =
  | {
      readonly kind: 'integer';
      readonly size: 1 | 2 | 4 | 8;
      readonly signed: boolean;
      /** `char`: an array of it is a text. */
      readonly character: boolean;
      /** Number of the enumeration that it is of. */
      readonly enumeration?: number;
    }
  /** C's `bool`, one byte. */
  | { readonly kind: 'boolean' }
  | { readonly kind: 'pointer'; readonly to: number }
  | { readonly kind: 'array'; readonly element: number; readonly length: number }
  | { readonly kind: 'record'; readonly id: number; readonly name: string; readonly size: number }
  | { readonly kind: 'void' }
  /** Floating point, functions, structures that are only declared; whole numbers wider than 8 bytes, whose `size` is known. */
  | { readonly kind: 'other'; readonly name: string; readonly size?: number };

/** A field of a structure or union; of a bit-field `bits` is not zero. */
export interface CMember {
  readonly name: string;
  /** Number of its type. */
  readonly type: number;
  /** From the start of the outermost record. */
  readonly bitOffset: number;
  readonly bits: number;
}

export interface CEnumerator {
  readonly name: string;
  readonly value: bigint;
}

export interface CFunction {
  /** Its number, by which programs are attached. */
  readonly id: number;
  readonly parameters: readonly { readonly name: string; readonly type: number }[];
  /** Whether it takes more than its parameters, as printf does. */
  readonly variadic: boolean;
  /** Number of the type it returns. */
  readonly returns: number;
}

export type RecordKind = 'struct' | 'union';

/** The types of one kernel, read as they are asked for. */
export interface TypeSource {
  resolve(id: number): CType;
  /** Number of a structure or union by its name. */
  record(kind: RecordKind, name: string): number | undefined;
  /** A field by its name, also one within an unnamed structure or union. */
  member(record: number, name: string): CMember | undefined;
  members(record: number): readonly CMember[];
  /** Number of a typedef, an enumeration or a basic type by its name: `size_t`, `unsigned long`. */
  named(name: string): number | undefined;
  /** The value that any enumeration gives a name, and the number of that enumeration. */
  enumerator(name: string): { readonly value: bigint; readonly enumeration: number } | undefined;
  /** The values of an enumeration, in the order they are defined. */
  enumerators(enumeration: number): readonly CEnumerator[];
  function(name: string): CFunction | undefined;
  /** Names of all functions. */
  functions(): readonly string[];
}
