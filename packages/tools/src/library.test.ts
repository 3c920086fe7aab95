import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadCase } from './case/tool-case.ts';
import { loadTool } from './load-tool.ts';
import { ownLibrary } from './own-library.ts';

const names = readdirSync(ownLibrary);

describe.each(names)('%s', (name) => {
  const folder = join(ownLibrary, name);
  const { manifest, variants, documentation } = loadTool(folder);

  test('has a case and a page with an example', () => {
    expect(loadCase(folder, manifest).workload).not.toBe('');
    expect(documentation.split('\n')[0]).toBe(`# ${name}`);
    // Those whose scripts are generated have pages of their own shape.
    const parts = variants[0]?.source === null ? ['$ bpfleet '] : ['## Example', '## Reading it', '## Cost and limits'];
    for (const part of parts) expect(documentation).toContain(part);
    expect(documentation.length).toBeLessThan(6_000);
  });

  test('names no tool that is not there', () => {
    expect(manifest.related.filter((related) => !existsSync(join(ownLibrary, related)))).toEqual([]);
  });

  test('has scripts that know all of its parameters and make all of its maps', () => {
    for (const { source } of variants) {
      if (source === null) continue;
      const asked = [...source.matchAll(/getopt\("([^"]+)"/g)].map(([, parameter]) => parameter);
      expect([...new Set(asked)].sort()).toEqual(manifest.parameters.map(({ name }) => name).sort());
      for (const { map } of manifest.outputs) expect(source).toMatch(new RegExp(`${map}\\b[^;]* = `));
    }
  });

  test('has no file that belongs to nothing', () => {
    const scripts = variants.filter(({ source }) => source !== null).map(({ script = '' }) => script);
    expect(readdirSync(folder).sort()).toEqual([...scripts, 'README.md', 'case.yaml', 'tool.yaml'].sort());
  });
});
