import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { knownFeatures } from './known-features.ts';

let folder: string;
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'known-')), 'bpfleet');
});
afterEach(() => rmSync(join(folder, '..'), { recursive: true }));

test('what one process has seen the next one knows', () => {
  const first = knownFeatures(1, folder);
  expect(first.has('uprobe')).toBe(false);
  first.add('uprobe');
  first.add('fentry');
  const next = knownFeatures(1, folder);
  expect(['uprobe', 'fentry', 'kprobe'].map((name) => next.has(name))).toEqual([true, true, false]);
});

test('other probes, or another start of the kernel, know nothing of it', () => {
  knownFeatures(1, folder).add('uprobe');
  expect(knownFeatures(2, folder).has('uprobe')).toBe(false);
  const file = join(folder, 'features');
  const [heading = '', ...names] = readFileSync(file, 'utf8').split('\n');
  writeFileSync(file, [heading.replace(/[0-9a-f]{8}-/, '00000000-'), ...names].join('\n'));
  expect(knownFeatures(1, folder).has('uprobe')).toBe(false);
});

test('what others may write to is not believed', () => {
  knownFeatures(1, folder).add('uprobe');
  chmodSync(join(folder, 'features'), 0o666);
  expect(knownFeatures(1, folder).has('uprobe')).toBe(false);
});

test('a folder that cannot be', () => {
  const known = knownFeatures(1, '/proc/nosuch');
  known.add('uprobe');
  expect(known.has('uprobe')).toBe(true);
});
