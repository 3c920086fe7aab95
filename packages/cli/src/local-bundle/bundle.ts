// Makes of `bpfleet local` a few files of CommonJS beside each other: reading some 200 modules takes longer than many a trace.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { rolldown } from 'rolldown';

const here = import.meta.dirname;
const koffiFromModules = resolve(here, '../../../kernel/src/ffi/load-koffi.ts');
const ownLibrary = resolve(here, '../../../tools/src/own-library.ts');
const folder = resolve(here, '../../dist/local');

const bundle = await rolldown({
  input: resolve(here, 'entry.ts'),
  platform: 'node',
  resolve: { conditionNames: ['bpfleet-source', 'node', 'import', 'default'] },
  plugins: [
    {
      name: 'tools-of-the-tools-package',
      load: (id) =>
        id === ownLibrary ? `export { ownLibrary } from ${JSON.stringify(resolve(here, 'own-library.ts'))};` : null,
    },
    {
      name: 'koffi-of-the-kernel-package',
      load: (id) =>
        id === koffiFromModules ? `export { loadKoffi } from ${JSON.stringify(resolve(here, 'load-koffi.ts'))};` : null,
    },
  ],
});
rmSync(resolve(folder, 'bundle'), { recursive: true, force: true });
await bundle.write({
  dir: resolve(folder, 'bundle'),
  format: 'cjs',
  entryFileNames: 'local.cjs',
  chunkFileNames: '[name]-[hash].cjs',
  minify: 'dce-only',
});
await bundle.close();

// Node keeps what V8 made of the code; a run that is allowed to trace leaves the most.
spawnSync(
  process.execPath,
  [resolve(folder, 'bundle/local.cjs'), '-q', '-e', 'BEGIN { @ = count(); printf("%d", pid); exit(); }'],
  {
    stdio: 'ignore',
  },
);
