import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getRawAsset } from 'node:sea';
import type koffi from 'koffi';
import { koffiAsset } from './koffi-asset.ts';

/**
 * koffi from the one file, in the place of packages/kernel/src/ffi/load-koffi.ts. dlopen wants a file: it exists in a folder
 * of our own for as long as the call takes. koffi's JavaScript only adds deprecated names to what the library has.
 */
export function loadKoffi(): typeof koffi {
  const folder = mkdtempSync(join(tmpdir(), 'bpfleet-'));
  try {
    const file = join(folder, koffiAsset);
    writeFileSync(file, new Uint8Array(getRawAsset(koffiAsset)), { mode: 0o700, flag: 'wx' });
    const loaded = { exports: {} };
    process.dlopen(loaded, file);
    return loaded.exports as typeof koffi;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
