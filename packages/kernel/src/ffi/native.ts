import { KernelError } from '../kernel-error.ts';
import { loadKoffi } from './load-koffi.ts';

type Koffi = ReturnType<typeof loadKoffi>;

let loaded: Koffi | null = null;

/** koffi, loaded at its first use: importing this package must not dlopen anything. */
export function koffi(): Koffi {
  loaded ??= load();
  return loaded;
}

function load(): Koffi {
  try {
    return loadKoffi();
  } catch (cause) {
    throw new KernelError('NOLIB', 'cannot load koffi: install the dependencies for this architecture', { cause });
  }
}

/** A shared library by its name. `advice` is what to do where there is none. */
export function openLibrary(name: string, advice: string): ReturnType<Koffi['load']> {
  try {
    return koffi().load(name);
  } catch (cause) {
    throw new KernelError('NOLIB', `cannot load ${name}: ${advice}`, { cause });
  }
}

/** Address of a buffer's memory. The caller keeps the buffer reachable for as long as the kernel may use it. */
export function addressOf(memory: Uint8Array): bigint {
  return koffi().address(memory);
}

/** errno as the last libc call left it. */
export function errno(): number {
  return koffi().errno();
}
