import { loadCase, loadLibrary, ownLibrary, ToolError } from '@bpfleet/tools';
import { describe, expect, test } from 'vitest';
import { compileProblems, runToolCase } from './testing/index.ts';

/** Every tool of the library: for both architectures, and what it says held against its workload, in this kernel. */
const { tools } = loadLibrary([ownLibrary]);

describe.each([...tools])('%s', (name, tool) => {
  const folder = `${ownLibrary}${name}`;
  const one = loadCase(folder, tool.manifest);

  test('some variant compiles for each architecture', async () => {
    expect(await compileProblems(tool, one)).toEqual([]);
  });

  test('its case', async (context) => {
    const end = await runToolCase(tool, one);
    if ('skipped' in end) context.skip(end.skipped);
    else expect(end.wrong).toEqual([]);
  });
});

test('every related tool is one of the library', () => {
  const unknown = [...tools].flatMap(([name, { manifest }]) =>
    manifest.related.filter((related) => !tools.has(related)).map((related) => `${name}: ${related}`),
  );
  expect(unknown).toEqual([]);
});

test('each is documented', () => {
  expect([...tools].filter(([, { documentation }]) => documentation === '').map(([name]) => name)).toEqual([]);
  expect(() => loadCase('/nowhere', { outputs: [] })).toThrow(ToolError);
});
