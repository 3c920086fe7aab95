import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '@bpfleet/runtime';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { defaultPolicy } from './default-policy.ts';
import { PolicyFile } from './policy-file.ts';

const log = createLogger({ name: 'agent', level: 'silent' });
let dir: string;
let path: string;
let file: PolicyFile | null = null;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'bpfleet-policy-'));
  path = join(dir, 'policy.yaml');
});
afterEach(() => {
  file?.close();
  file = null;
  rmSync(dir, { recursive: true });
});

/** As an editor does it: another file takes the place. */
function put(text: string): void {
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
}

function open(text: string): PolicyFile {
  put(text);
  file = new PolicyFile(path, defaultPolicy(true), log);
  return file;
}

test('a file that cannot be used is none to start under', () => {
  expect(() => new PolicyFile(path, defaultPolicy(true), log)).toThrow(/policy\.yaml: ENOENT/);
  put('session: {overhead: much}');
  expect(() => new PolicyFile(path, defaultPolicy(true), log)).toThrow(/policy\.yaml:1: session\.overhead/);
  put(`# ${'x'.repeat(1024 * 1024)}\nnode: {}`);
  expect(() => new PolicyFile(path, defaultPolicy(true), log)).toThrow(/longer than 1048576 bytes/);
});

test('a change holds at once, and is told', () => {
  const policy = open('node: {sessions: 1}');
  policy.onChange = vi.fn();
  expect(policy.current().node.sessions).toBe(1);
  expect(policy.onChange).not.toHaveBeenCalled();
  put('node: {sessions: 22}');
  expect(policy.current().node.sessions).toBe(22);
  expect(policy.onChange).toHaveBeenCalledTimes(1);
});

test('it is looked at although nobody asks', async () => {
  const policy = open('node: {sessions: 1}');
  const changed = new Promise<void>((resolve) => {
    policy.onChange = resolve;
  });
  put('node: {sessions: 22}');
  await changed;
  expect(policy.last.node.sessions).toBe(22);
});

test.each([
  ['is gone', () => rmSync(path)],
  ['is empty', () => put('')],
  ['is no policy', () => put('node: {sesions: 2}')],
])('while it %s nothing is allowed, what runs keeps the last; and it heals', (_, harm) => {
  const policy = open('node: {sessions: 1}');
  policy.onChange = vi.fn();
  harm();
  expect(() => policy.current()).toThrow(expect.objectContaining({ code: 'unusable' }));
  expect(() => policy.current()).toThrow(
    /^guard: this node's policy cannot be used, so nothing new runs here: .*policy\.yaml/,
  );
  expect(policy.last.node.sessions).toBe(1);
  expect(policy.onChange).not.toHaveBeenCalled();
  put('node: {sessions: 3}');
  expect(policy.current().node.sessions).toBe(3);
});

test('SIGHUP has it read again also where it looks the same', () => {
  const policy = open('node: {sessions: 1}');
  policy.onChange = vi.fn();
  policy.reload();
  expect(policy.onChange).toHaveBeenCalledTimes(1);
});
