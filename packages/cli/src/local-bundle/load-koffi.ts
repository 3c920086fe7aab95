import { existsSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type koffi from 'koffi';

/**
 * koffi for the bundle, in the place of packages/kernel/src/ffi/load-koffi.ts: that package depends on it. koffi's JavaScript
 * only looks for the library and adds deprecated names, which takes 10 ms; it is loaded where the library is not where
 * koffi 3 has it.
 */
export function loadKoffi(): typeof koffi {
  const modules = join(__dirname, '../../../../kernel/node_modules');
  const library = join(
    realpathOrSame(join(modules, 'koffi')),
    `../@koromix/koffi-linux-${process.arch}/linux_${process.arch}/koffi.node`,
  );
  if (!existsSync(library)) return createRequire(join(modules, 'of-kernel.js'))('koffi') as typeof koffi;
  const loaded = { exports: {} };
  process.dlopen(loaded, library);
  return loaded.exports as typeof koffi;
}

function realpathOrSame(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
