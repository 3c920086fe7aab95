import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { TcpProxy } from './tcp-proxy.ts';
import { until } from './until.ts';

let echo: Server;
let proxy: TcpProxy;
let client: Socket;
let received = '';
/** By the server. */
let heard = '';

beforeEach(async () => {
  received = heard = '';
  echo = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      heard += bytes;
    });
    socket.pipe(socket);
  });
  echo.listen(0, '127.0.0.1');
  await once(echo, 'listening');
  proxy = await TcpProxy.start((echo.address() as { port: number }).port);
  client = await opened();
});
afterEach(async () => {
  client.destroy();
  await proxy.close();
  echo.close();
});

async function opened(): Promise<Socket> {
  const socket = connect(proxy.port, '127.0.0.1');
  socket.on('data', (bytes) => {
    received += bytes;
  });
  await once(socket, 'connect');
  return socket;
}

const gets = (text: string) => until(`"${text}"`, () => received === text, 5_000);

it('passes bytes both ways, in order, also with latency', async () => {
  client.write('one ');
  await gets('one ');
  proxy.mode = { kind: 'latency', ms: 30 };
  for (const word of ['two ', 'three ', 'four']) client.write(word);
  await gets('one two three four');
});

it('a stall holds everything back and loses nothing', async () => {
  proxy.mode = { kind: 'stall' };
  client.write('held');
  await new Promise((resolve) => setImmediate(resolve));
  expect(received).toBe('');
  proxy.mode = { kind: 'pass' };
  await gets('held');
});

it('mute: the server hears the client, which hears nothing until it passes again', async () => {
  proxy.mode = { kind: 'mute' };
  client.write('said');
  await until('the server to hear it', () => heard === 'said', 5_000);
  expect(received).toBe('');
  proxy.mode = { kind: 'pass' };
  await gets('said');
});

it('a reset is seen as one, and the next connection works', async () => {
  client.write('x');
  await gets('x');
  const failed = once(client, 'error');
  proxy.reset();
  expect(await failed).toMatchObject([{ code: 'ECONNRESET' }]);
  client = await opened();
  client.write('y');
  await gets('xy');
});

it('cut: what is open ends, nothing new is taken, until it passes again', async () => {
  const ended = once(client, 'error');
  proxy.mode = { kind: 'cut' };
  await ended;
  await until('no connection', () => proxy.connections === 0, 5_000);
  const refused = connect(proxy.port, '127.0.0.1');
  expect(await once(refused, 'error')).toMatchObject([{ code: 'ECONNRESET' }]);
  proxy.mode = { kind: 'pass' };
  client = await opened();
  client.write('again');
  await gets('again');
});
