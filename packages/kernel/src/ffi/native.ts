import { createRequire } from 'node:module';
import type koffiModule from 'koffi';
import { KernelError } from '../kernel-error.ts';

type Koffi = typeof koffiModule;

const require = createRequire(import.meta.url);
let loaded: Koffi | null = null;

/** koffi, loaded at its first use: importing this package must not dlopen anything. */
export function koffi(): Koffi {
  loaded ??= loadKoffi();
  return loaded;
}

function loadKoffi(): Koffi {
  try {
    return require('koffi') as Koffi;
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
