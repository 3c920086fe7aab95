/** How the values of a map merge. `value` is a map of plain values, where the newest wins. */
export type MapKind = 'count' | 'sum' | 'min' | 'max' | 'avg' | 'stats' | 'hist' | 'lhist' | 'tseries' | 'value';

/** Type of one part of a key as the result document names it. */
export type KeyType = 'int' | 'uint' | 'string' | 'stack' | 'bool' | 'tuple' | 'record' | 'array';

/** One part of a key, or a plain value. Integers are 64 bits, as `signed` or the key type says. */
export type Scalar = bigint | string | boolean | Stack | Composite | Named;

/** Several values as one: `(1, a)`, `{ .x = 1 }`, `[1,2]`. */
export interface Composite {
  readonly kind: 'tuple' | 'record' | 'array';
  readonly parts: readonly Scalar[];
  /** Of records, as many as parts; a tuple may have them too: `(a=1, b=2)`. */
  readonly names?: readonly string[];
}

/**
 * A number that people see as a text: an address, the name of an enumeration's value. Programs that read JSON get the number,
 * and null of what has none: a `float`, which no script can read.
 */
export interface Named {
  readonly kind: 'named';
  readonly text: string;
  readonly number: bigint | null;
  /** Of a buffer: programs that read JSON get these. */
  readonly bytes?: readonly number[];
}

/**
 * A place in the code of a kernel or program. `offset` in bytes from the symbol; `module` is empty for the kernel proper.
 * Of code in no function with a name `symbol` is empty, and `offset` is the place in the file `module`, which can still be
 * looked up when `buildId` has told which build of it that is.
 */
export interface StackFrame {
  readonly symbol: string;
  readonly module: string;
  readonly offset: number;
  /** How it is printed, where not as `symbol+offset`. */
  readonly text?: string;
  /** Hexadecimal, of a frame without a symbol whose file has one. */
  readonly buildId?: string;
}

/** Who called whom, the innermost first. Stacks merge by their symbols, which all nodes share, not by address. */
export type Stack = readonly StackFrame[];

export function isStack(value: Scalar): value is Stack {
  return Array.isArray(value);
}

export function isComposite(value: Scalar): value is Composite {
  return typeof value === 'object' && !isStack(value) && value.kind !== 'named';
}

export function isNamed(value: Scalar): value is Named {
  return typeof value === 'object' && !isStack(value) && value.kind === 'named';
}

/** What a map is, so that anyone can merge and render it without the program. */
export interface MapSchema {
  /** Index within the program. */
  readonly id: number;
  /** As written, with the `@`. */
  readonly name: string;
  readonly kind: MapKind;
  readonly key: readonly KeyType[];
  /** What each part of the key is called, as many as `key`; empty where nobody says it. */
  readonly keyNames?: readonly string[];
  /** Whether the measured values are signed. */
  readonly signed: boolean;
  /** hist: each power of two is cut into 2^bits sub-buckets. */
  readonly histBits?: number;
  /** lhist: `[min, max)` cut into buckets of `step`. */
  readonly lhist?: { readonly min: bigint; readonly max: bigint; readonly step: bigint };
  /** tseries: so many intervals of so many nanoseconds; what the values of one are folded to, `none`: the newest. */
  readonly tseries?: {
    readonly interval: bigint;
    readonly buckets: number;
    readonly aggregate: 'none' | 'sum' | 'min' | 'max' | 'avg';
  };
}
