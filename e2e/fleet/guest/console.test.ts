import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Console } from './console.ts';

let folder: string;
let server: Server;
let machine: Promise<Socket>;
let console: Console;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'console-'));
  machine = new Promise((resolve) => {
    server = createServer(resolve);
  });
  const path = join(folder, 'socket');
  await new Promise<void>((resolve) => server.listen(path, resolve));
  console = await Console.open(path, () => true);
});
afterEach(async () => {
  console.close();
  (await machine).destroy();
  server.close();
  rmSync(folder, { recursive: true });
});

test('a command gives what it printed, and the next one waits for it', async () => {
  const guest = await machine;
  let number = 0;
  guest.on('data', () => {
    number++;
    guest.write(`said ${number}\r\n\u001e${number}:0\r\n`);
  });
  expect(await Promise.all([console.run('first'), console.run('second')])).toEqual(['said 1\n', 'said 2\n']);
});

test('a command that fails is told with its status and its words', async () => {
  (await machine).write('no such file\r\n\u001e1:2\r\n');
  await expect(console.run('cat x')).rejects.toThrow('"cat x" ended with 2: no such file');
});

test.each([
  [
    'panics',
    (guest: Socket) => guest.write('[ 1.5] Kernel panic - not syncing: no init\r\nmore'),
    'Kernel panic - not syncing: no init',
  ],
  [
    'panics and ends in the middle of its line',
    (guest: Socket) => guest.end('[ 1.5] Kernel panic - not sync'),
    'Kernel panic - not sync',
  ],
  ['is gone', (guest: Socket) => guest.end(), 'the guest is gone'],
  ['hangs', (guest: Socket) => guest.write('Booting'), 'no answer in 0.2 s'],
])('a guest that %s', async (_, fault, said) => {
  fault(await machine);
  await expect(console.upTo('ready', 200)).rejects.toThrow(said);
});

test('a machine that ends before it has a console', async () => {
  await expect(Console.open(join(folder, 'none'), () => false)).rejects.toThrow(
    'QEMU ended before its console was there',
  );
});
