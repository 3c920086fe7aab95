import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DescriptorSink } from './descriptor-sink.ts';

let folder: string;
let fd: number;
const written = () => readFileSync(join(folder, 'out'), 'utf8');

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sink-'));
  fd = openSync(join(folder, 'out'), 'w');
});
afterEach(() => {
  closeSync(fd);
  rmSync(folder, { recursive: true });
});

test.each(['line', 'none'] as const)('%s: nothing is held back', (buffering) => {
  const sink = new DescriptorSink(fd, buffering);
  sink.write('a');
  expect(written()).toBe('a');
  sink.write('é\n');
  expect(written()).toBe('aé\n');
});

test('full: in large pieces, and the rest with flush', () => {
  const sink = new DescriptorSink(fd, 'full');
  sink.write('a\n');
  expect(written()).toBe('');
  sink.write('b'.repeat(5000));
  expect(written()).toBe(`a\n${'b'.repeat(5000)}`);
  sink.write('c');
  sink.flush();
  expect(written().endsWith('bc')).toBe(true);
});
