import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { carriedManifest, readObject } from '@bpfleet/bpf';
import { afterAll, expect, test } from 'vitest';
import { manifestAdvice, withSettings } from './object-settings.ts';
import { type ProgramObject, readProgram } from './read-program.ts';

const folder = mkdtempSync(join(tmpdir(), 'bpfleet-settings-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** An object without a manifest, or with this one beside it. */
function objectWith(manifest?: string): ProgramObject {
  const file = join(folder, manifest === undefined ? 'alone.bpf.s' : 'x.bpf.s');
  writeFileSync(file, '.program p kprobe/vfs_read\n  r0 = 0\n  exit\n');
  if (manifest !== undefined) writeFileSync(join(folder, 'x.yaml'), manifest);
  return readProgram(file) as ProgramObject;
}

test('the manifest beside an object travels in it', async () => {
  const { object } = await withSettings(objectWith('license: GPL # its own\noutputs:\n  hists: {merge: hist}\n'), []);
  const sections = readObject(object);
  expect(carriedManifest(sections)).toEqual({ manifest: { license: 'GPL', outputs: { hists: { merge: 'hist' } } } });
  expect(sections.map(({ name }) => name)).toContain('kprobe/vfs_read');
});

test('without a manifest nothing is changed', async () => {
  const program = objectWith();
  expect(await withSettings(program, [])).toEqual(program);
});

test.each([
  ['a wrong name', 'license: GPL\noutput:\n  x: {}\n', /x\.yaml:2:1: ERROR: output: is not known here; did you mean/],
  ['a wrong value', 'outputs:\n  a:\n    merge: hist\n  b:\n    merge: all\n', /x\.yaml:5:5: ERROR: outputs\.b\.merge/],
  ['a wrong element', 'changes:\n  - network\n  - much\n', /x\.yaml:3:5: ERROR: changes\.1/],
  ['no YAML', 'outputs: [\n', /x\.yaml:2:1: ERROR: /],
  ['the same name twice', 'license: a\nlicense: b\n', /x\.yaml:2:1: ERROR: Map keys must be unique/],
  [
    'a variable that is not there',
    'parameters:\n  pid:\n    default: 1\n',
    /x\.yaml:3:5: ERROR: parameters\.pid\.default: /,
  ],
])('%s is told by line', async (_name, manifest, report) => {
  await expect(withSettings(objectWith(manifest), [])).rejects.toMatchObject({
    status: 4,
    message: 'The manifest has 1 error.',
    report: expect.stringMatching(report),
  });
});

test('a file that unfolds is refused', async () => {
  const manifest = 'description: &a x\nlicense: *a\n';
  await expect(withSettings(objectWith(manifest), [])).rejects.toMatchObject({
    report: expect.stringMatching(/anchors and aliases/),
  });
});

test.each([
  ['pid=1', /there is no variable pid/],
  ['=1', /a parameter has a name/],
])('parameter %s', async (word, message) => {
  await expect(withSettings(objectWith(), [word])).rejects.toMatchObject({
    status: 4,
    message: expect.stringMatching(message),
  });
});

test('where a manifest is to be written is told to whoever reads of one', () => {
  const told = ['records are bytes: describe them in a manifest'];
  expect(manifestAdvice(objectWith('license: GPL\n').name, told)).toBe(`The manifest is ${join(folder, 'x.yaml')}.`);
  expect(manifestAdvice('/a/tool.bpf.o', told)).toContain('beside the object, here /a/tool.yaml; there is none yet');
  expect(manifestAdvice('/a/tool.bpf.o', ['no function f'])).toBeUndefined();
});
