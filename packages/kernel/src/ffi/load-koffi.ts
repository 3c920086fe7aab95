import { createRequire } from 'node:module';
import type koffi from 'koffi';

/** koffi from node_modules. The agent bundle replaces this file, for inside one file there is no node_modules. */
export function loadKoffi(): typeof koffi {
  return createRequire(import.meta.url)('koffi') as typeof koffi;
}
