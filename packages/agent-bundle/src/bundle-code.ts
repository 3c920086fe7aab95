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
    const { output } = await bundle.generate({
      format: 'cjs',
      codeSplitting: false,
      minify: { compress: true, mangle: false, codegen: true },
    });
    const [chunk] = output;
    return escaped(chunk.code);
  } finally {
    await bundle.close();
  }
}

/**
 * With every character beyond ASCII as an escape, which means the same in texts and expressions; there are no comments. A single
 * other character would have V8 hold all of it in two bytes each.
 */
function escaped(code: string): string {
  return code.replace(/[\u0080-\uffff]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
