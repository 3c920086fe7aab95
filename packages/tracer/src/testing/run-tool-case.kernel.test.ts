import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadCase, loadTool, ownLibrary, type ToolCase } from '@bpfleet/tools';
import { afterAll, expect, test } from 'vitest';
import { runToolCase } from './run-tool-case.ts';

const folder = join(ownLibrary, 'syncsnoop');
const tool = loadTool(folder);
const own = loadCase(folder, tool.manifest);
const work = mkdtempSync(join(tmpdir(), 'bpfleet-case-'));
afterAll(() => rmSync(work, { recursive: true }));

test('what prepares is not measured, tells no counts, and shares its variables; what restores runs last', async () => {
  const restored = join(work, 'restored');
  const one: ToolCase = {
    ...own,
    prepare: 'sync; sync; times=4; echo made=9',
    workload: `i=0; while [ $i -lt $times ]; do sync; i=$((i + 1)); done; echo made=$times`,
    restore: `sync; touch ${restored}`,
  };
  const end = await runToolCase(tool, one);
  expect(end).toMatchObject({ wrong: [], seen: { truths: new Map([['made', 4]]) } });
  expect(existsSync(restored)).toBe(true);
});

test('it restores where the preparation came to nothing, and says so', async () => {
  const restored = join(work, 'restored-too');
  const run = runToolCase(tool, { ...own, prepare: 'exit 1', restore: `touch ${restored}` });
  await expect(run).rejects.toThrow('before it was prepared');
  expect(existsSync(restored)).toBe(true);
});

test.each<[ToolCase['modules'], string]>([
  [['no_such_a'], 'it needs no_such_a, which is not here'],
  [[['no_such_a', 'no_such_b']], 'it needs no_such_a or no_such_b, which is not here'],
])('of modules %j none is here', async (modules, skipped) => {
  expect(await runToolCase(tool, { ...own, modules })).toEqual({ skipped });
});
