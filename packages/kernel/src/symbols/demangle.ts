import { koffi, openLibrary } from '../ffi/native.ts';
import { Lru } from './lru.ts';

type Demangle = (name: string, buffer: null, length: null, status: null) => string | null;

/** libstdc++'s demangler uses stack by the length of a name; no name that people wrote is longer. */
const MAX_MANGLED = 2048;

/** A profile asks for the same few thousand names again and again, and each costs some 30 us. */
const known = new Lru<string, string>(16_384);

let demangler: Demangle | null | undefined;

/**
 * A C++ name as people write it: `_ZN2ns3barEi` is `ns::bar(int)` (Itanium C++ ABI, 5.1). By `__cxa_demangle` of
 * libstdc++, which Node itself needs; other names, and all names where it is not there, stay as they are.
 */
export function demangle(name: string): string {
  if (!name.startsWith('_Z') || name.length > MAX_MANGLED) return name;
  const before = known.get(name);
  if (before !== undefined) return before;
  demangler ??= declare();
  const plain = demangler?.(name, null, null, null) ?? name;
  known.set(name, plain);
  return plain;
}

function declare(): Demangle | null {
  try {
    const library = openLibrary('libstdc++.so.6', 'C++ names stay as they are');
    // The caller frees what it is given: koffi does, once it has made a string of it.
    const heapString = koffi().disposable('str');
    return library.func('__cxa_demangle', heapString, ['str', 'void *', 'void *', 'void *']) as unknown as Demangle;
  } catch {
    return null;
  }
}
