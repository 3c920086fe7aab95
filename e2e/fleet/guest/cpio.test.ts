import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readlinkSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cpio } from './cpio.ts';

const bytes = (text: string) => Buffer.from(text);

test('a header has thirteen fields of eight hexadecimal digits, and parts end at a multiple of four', () => {
  const archive = Buffer.concat([...cpio([{ path: 'a', mode: 0o100644, data: bytes('hello') }])]);
  expect(archive.subarray(0, 110).toString()).toBe(
    '070701' +
      '00000001' +
      '000081A4' +
      '00000000'.repeat(2) +
      '00000001' +
      '00000000' +
      '00000005' +
      '00000000'.repeat(4) +
      '00000002' +
      '00000000',
  );
  expect(archive.subarray(110, 112).toString()).toBe('a\0');
  expect(archive.subarray(112, 120).toString()).toBe('hello\0\0\0');
  expect(archive.length % 4).toBe(0);
  expect(archive.includes('TRAILER!!!')).toBe(true);
});

test('cpio reads what was written', (context) => {
  try {
    execFileSync('cpio', ['--version'], { stdio: 'ignore' });
  } catch {
    context.skip('cpio is not installed here');
  }
  const folder = mkdtempSync(join(tmpdir(), 'cpio-'));
  try {
    const entries = [
      { path: 'bin', mode: 0o40755, data: bytes('') },
      { path: 'bin/run', mode: 0o100755, data: bytes('#!/bin/sh\n') },
      { path: 'sh', mode: 0o120777, data: bytes('bin/run') },
    ];
    execFileSync('cpio', ['-i', '--quiet'], { cwd: folder, input: Buffer.concat([...cpio(entries)]) });
    expect(readFileSync(join(folder, 'bin/run'), 'utf8')).toBe('#!/bin/sh\n');
    expect(statSync(join(folder, 'bin/run')).mode & 0o777).toBe(0o755);
    expect(readlinkSync(join(folder, 'sh'))).toBe('bin/run');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
