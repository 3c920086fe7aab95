/** A virtual register (a number) or a 64-bit constant (a bigint). */
export type Operand = number | bigint;

/** Memory of the program: an object of its frame, or what a register points to. */
type Base =
  | { readonly kind: 'object'; readonly object: number }
  | { readonly kind: 'register'; readonly register: number };

export interface Place {
  readonly base: Base;
  readonly offset: number;
}

/**
 * What an expression gives. What is no single number lies in memory, `size` a multiple of 8; strings are zero after
 * their end.
 */
export type Value =
  | { readonly kind: 'number'; readonly operand: Operand }
  | { readonly kind: 'memory'; readonly place: Place; readonly size: number }
  | { readonly kind: 'none' };

/** Where a value in memory is wanted, to spare a copy. Whoever writes there fills all of it: zero after the value. */
export interface Destination {
  readonly place: Place;
  readonly size: number;
}

/** One entry of a map of aggregates: its cells, and the flag that it was set where it has one. */
export interface CellPlace {
  readonly register: number;
  readonly cells: number;
  readonly flag?: number;
}

export function numberValue(operand: Operand): Value {
  return { kind: 'number', operand };
}

export const noValue: Value = { kind: 'none' };

export function inObject(object: number, offset = 0): Place {
  return { base: { kind: 'object', object }, offset };
}

export function inRegister(register: number, offset = 0): Place {
  return { base: { kind: 'register', register }, offset };
}

export function placeAt(place: Place, offset: number): Place {
  return { base: place.base, offset: place.offset + offset };
}
