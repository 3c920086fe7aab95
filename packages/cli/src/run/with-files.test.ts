import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ProgramText } from './read-program.ts';
import { withFiles } from './with-files.ts';

let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bpfleet-imports-'));
  mkdirSync(join(folder, 'more'));
  writeFileSync(join(folder, 'one.bt'), 'macro one() { 1 }\n');
  symlinkSync('one.bt', join(folder, 'again.bt'));
  writeFileSync(join(folder, 'more/b.bt'), 'import "one.bt";\n');
  writeFileSync(join(folder, 'more/a.bt'), 'macro a() { 2 }\n');
  writeFileSync(join(folder, 'more/notes.txt'), 'none of it\n');
  writeFileSync(join(folder, 'c.bpf.c'), 'int x;\n');
  writeFileSync(join(folder, 'self.bt'), '');
});

afterAll(() => rmSync(folder, { recursive: true }));

function script(source: string): ProgramText {
  return { kind: 'script', source, name: join(folder, 'self.bt') };
}

async function read(source: string): Promise<string[]> {
  return (await withFiles(script(source))).source.split('\n');
}

test('files are seen from the folder of the script, those of a folder in order of their names', async () => {
  expect(await read('import "more"; import "./one.bt"; import "again.bt"; import "self.bt";')).toEqual([
    ...[
      '# 1 "more/a.bt"',
      'macro a() { 2 }',
      '# 1 "one.bt"',
      'macro one() { 1 }',
      '# 1 "more/b.bt"',
      'import "one.bt";',
    ],
    ...['# 1 ""', 'import "more"; import "./one.bt"; import "again.bt"; import "self.bt";'],
  ]);
});

test('a script that imports nothing stays as it is', async () => {
  const program = script('import "stdlib"; begin { }');
  expect(await withFiles(program)).toEqual(program);
});

describe('what cannot be imported', () => {
  test.each([
    ['import "none.bt";', /1:1-17: ERROR: Unable to find suitable path for import\n.*\n~+\nHINT: checked: none\.bt$/],
    ['import "";', /Unable to find suitable path for import/],
    ['import "more/notes.txt";', /unknown import type: "more\/notes\.txt"/],
    ['import "c.bpf.c";', /unknown import type: "c\.bpf\.c"\n.*\n~+\nHINT: C is not compiled here/],
  ])('%s', async (source, report) => {
    await expect(withFiles(script(source))).rejects.toMatchObject({ reports: [expect.stringMatching(report)] });
  });
});
