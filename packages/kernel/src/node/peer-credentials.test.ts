import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { peerCredentials } from './peer-credentials.ts';

test('of a connection from this process', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'bpfleet-peer-'));
  const server = createServer();
  try {
    await new Promise<void>((resolve) => server.listen(join(dir, 's'), resolve));
    const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve));
    const client = connect(join(dir, 's'));
    const socket = await accepted;
    const { fd } = (socket as unknown as { _handle: { fd: number } })._handle;
    expect(peerCredentials(fd)).toEqual({
      pid: process.pid,
      uid: process.geteuid?.(),
      gid: process.getegid?.(),
      groups: expect.arrayContaining(
        [...new Set(process.getgroups?.())].filter((group) => group !== process.getegid?.()),
      ),
    });
    client.destroy();
    socket.destroy();
    expect(() => peerCredentials(-1)).toThrow(/cannot ask who connected: EBADF/);
  } finally {
    server.close();
    rmSync(dir, { recursive: true });
  }
});
