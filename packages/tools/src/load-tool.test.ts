import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { loadTool } from './load-tool.ts';
import { loadLibrary, noSuchTool } from './tool-library.ts';

const root = mkdtempSync(join(tmpdir(), 'bpfleet-tools-'));
afterAll(() => rmSync(root, { recursive: true }));

const manifest = `name: opens
summary: Opens by process
area: files
overhead: low
parameters:
  - name: pid
    type: integer
    summary: Only this process
    default: 0
    min: 0
    max: 4194304
outputs:
  - map: '@opens'
    summary: Opens
    unit: calls
    keys: [comm]
variants:
  - script: opens.bt
    kernels: '>=5.4'
    needs: tracepoint syscalls:sys_enter_openat
example: bpfleet run opens
`;

let made = 0;

/** A folder that has a tool with this manifest. */
function folderOf(text: string, { name = 'opens', script = 'BEGIN { }' } = {}): string {
  const folder = join(root, `${++made}`, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'tool.yaml'), text);
  writeFileSync(join(folder, 'opens.bt'), script);
  return folder;
}

test('a whole tool', () => {
  const tool = loadTool(folderOf(manifest));
  expect(tool).toMatchObject({
    manifest: { name: 'opens', related: [], parameters: [{ name: 'pid', default: 0 }] },
    variants: [{ name: 'opens', source: 'BEGIN { }', kernels: '>=5.4' }],
    digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
    documentation: '',
  });
});

test('the digest is of what runs', () => {
  const digestOf = (text: string, script?: string) => loadTool(folderOf(text, script ? { script } : {})).digest;
  expect(digestOf(manifest.replace('Opens by', 'Files by'))).toBe(digestOf(manifest));
  expect(digestOf(manifest, 'END { }')).not.toBe(digestOf(manifest));
});

describe('what is wrong is told by file and line', () => {
  test.each([
    [
      'an unknown name',
      'overhead: low',
      'overhed: low',
      /tool\.yaml:4:1: overhed: is not known here; did you mean 'overhead'/,
    ],
    ['a missing one', 'area: files\n', '', /tool\.yaml:1:1: area: must be/],
    ['a wrong choice', 'area: files', 'area: file', /tool\.yaml:3:1: area: must be one of "cpu"/],
    ['a range without sense', 'max: 4194304', 'max: -1', /tool\.yaml:11:5: parameters\.0\.max: is less than min/],
    [
      'a default out of range',
      'default: 0',
      'default: -1',
      /tool\.yaml:9:5: parameters\.0\.default: is not from min to max/,
    ],
    ['an unknown type', 'type: integer', 'type: float', /tool\.yaml:7:5: parameters\.0\.type: /],
    ['a map that is none', "'@opens'", 'opens', /tool\.yaml:13:5: outputs\.0\.map: must be a map/],
    ['a range of kernels', "'>=5.4'", 'new', /tool\.yaml:19:5: variants\.0\.kernels: must be a range of kernels/],
    ['a script that is not there', 'opens.bt', 'open.bt', /open\.bt: there is no such file/],
    ['a script elsewhere', 'opens.bt', '../x.bt', /tool\.yaml:18:5: variants\.0\.script: must be a file of the folder/],
    [
      'another name than its folder',
      'name: opens',
      'name: open',
      /tool\.yaml:1:1: name: must be the folder's name, opens/,
    ],
    ['no YAML', 'summary: ', 'summary: [', /tool\.yaml:\d+:\d+: /],
  ])('%s', (_name, from, to, message) => {
    expect(() => loadTool(folderOf(manifest.replace(from, to)))).toThrow(message);
  });

  test('all of it at once', () => {
    const text = manifest.replace('low', 'much').replace('files', 'all');
    expect(() => loadTool(folderOf(text))).toThrow(/area[\s\S]*overhead/);
  });
});

test('a library: sorted by name, later folders win, the version is of what runs', () => {
  const first = join(folderOf(manifest), '..');
  const second = join(folderOf(manifest, { script: 'END { }' }), '..');
  const library = loadLibrary([first, second]);
  expect([...library.tools.keys()]).toEqual(['opens']);
  expect(library.tools.get('opens')?.variants[0]?.source).toBe('END { }');
  expect(library.version).not.toBe(loadLibrary([first]).version);
  expect(() => loadLibrary([join(root, 'none')])).toThrow(/none: the folder cannot be read/);
});

test('a near miss is told', () => {
  expect(noSuchTool('runqlt', ['runqlat', 'opens'])).toBe('no tool runqlt; did you mean runqlat?');
  expect(noSuchTool('zzz', ['runqlat'])).toBe('no tool zzz');
});
