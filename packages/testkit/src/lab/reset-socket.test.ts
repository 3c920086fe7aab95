import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

test('a connection that is reset while it ends keeps no process from its exit', () => {
  const main = fileURLToPath(new URL('./reset-socket-main.test-kit.ts', import.meta.url));
  const { status, signal, stderr } = spawnSync(process.execPath, ['--conditions=bpfleet-source', main], {
    encoding: 'utf8',
    // It hangs where it fails.
    timeout: 30_000,
    killSignal: 'SIGKILL',
  });
  expect({ status, signal, stderr }).toEqual({ status: 0, signal: null, stderr: '' });
});
