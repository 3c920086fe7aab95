import { BtfBuilder, intType } from './write-btf.ts';

/** `BTF_FUNC_*` (linux/btf.h): the kernel only takes static functions as callbacks. */
const linkages = { static: 0, global: 1 } as const;

/**
 * Adds functions that take what the kernel gives them and return a long.
 *
 * @returns adds one more, and returns its number
 */
export function functionTypes(builder: BtfBuilder): (name: string, linkage: keyof typeof linkages) => number {
  const prototype = builder.type({ kind: 'FUNC_PROTO', value: builder.type(intType('long', 8)) });
  return (name, linkage) => builder.type({ kind: 'FUNC', name, count: linkages[linkage], value: prototype });
}

/**
 * BTF of static functions of these names.
 *
 * @returns the blob, and for each name the number of its function
 */
export function functionBtf(names: readonly string[]): { readonly bytes: Uint8Array; readonly ids: readonly number[] } {
  const builder = new BtfBuilder();
  const add = functionTypes(builder);
  const ids = names.map((name) => add(name, 'static'));
  return { bytes: builder.build(), ids };
}
