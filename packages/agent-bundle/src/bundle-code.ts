import { resolve } from 'node:path';
import { rolldown } from 'rolldown';

const here = import.meta.dirname;
const koffiFromModules = resolve(here, '../../kernel/src/ffi/load-koffi.ts');

/** The agent and all it needs as one CommonJS text: what a single executable application takes. `entry`: the file it starts with. */
export async function bundleCode(entry = resolve(here, 'entry.ts')): Promise<string> {
  const bundle = await rolldown({
    input: entry,
    platform: 'node',
    resolve: { conditionNames: ['bpfleet-source', 'node', 'import', 'default'] },
    plugins: [
      {
        name: 'koffi-from-the-file',
        load: (id) =>
          id === koffiFromModules
            ? `export { loadKoffi } from ${JSON.stringify(resolve(here, 'load-koffi.ts'))};`
            : null,
      },
    ],
  });
  try {
    const { output } = await bundle.generate({ format: 'cjs', codeSplitting: false, minify: 'dce-only' });
    const [chunk] = output;
    return chunk.code;
  } finally {
    await bundle.close();
  }
}
