import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Below what Linux gives to outgoing connections (32768 and up): one of those would take the port of a controller that is killed
 * and started again, in between.
 */
const [LOWEST, COUNT] = [12_000, 20_000];
/** One file a port with the process that has it: tests run in several processes at a time. */
const claims = join(tmpdir(), 'bpfleet-test-ports');

/** TCP ports that nothing listens on; as long as this process runs, no other call gives them out. */
export async function freePorts(count: number): Promise<number[]> {
  mkdirSync(claims, { recursive: true });
  const ports: number[] = [];
  while (ports.length < count) {
    const port = LOWEST + Math.floor(Math.random() * COUNT);
    if (claim(port) && (await isFree(port))) ports.push(port);
  }
  return ports;
}

function claim(port: number): boolean {
  const file = join(claims, String(port));
  try {
    const claimed = openSync(file, 'wx');
    writeSync(claimed, String(process.pid));
    closeSync(claimed);
    return true;
  } catch {
    // Of a process that has ended: the next call may have it.
    if (!isAlive(file)) rmSync(file, { force: true });
    return false;
  }
}

function isAlive(file: string): boolean {
  try {
    process.kill(Number(readFileSync(file, 'utf8')), 0);
    return true;
  } catch (error) {
    // Someone else's process lives too; a file without a number yet is being written.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const listening = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => resolve(true));
  });
  if (listening) await new Promise((resolve) => server.close(resolve));
  return listening;
}
