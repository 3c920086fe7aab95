import { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { HandshakeGate } from './handshake-gate.ts';

function gate(patienceMs: number) {
  const admitted: Socket[] = [];
  const each = new HandshakeGate({ atOnce: 2, patienceMs }, (socket) => admitted.push(socket));
  const sockets = Array.from({ length: 5 }, (_, port) =>
    Object.defineProperties(new Socket(), { remoteAddress: { value: '::1' }, remotePort: { value: port } }),
  );
  for (const socket of sockets) each.enter(socket);
  const order = () => admitted.map((socket) => sockets.indexOf(socket));
  return { each, sockets, order };
}

test('so many at a time, then the newest first; one that breaks makes room as well', async () => {
  const { each, sockets, order } = gate(60_000);
  expect(order()).toEqual([0, 1]);
  each.leave(sockets[0] as Socket);
  each.leave(sockets[0] as Socket);
  expect(order()).toEqual([0, 1, 4]);
  sockets[1]?.destroy();
  await sleep(1);
  expect(order()).toEqual([0, 1, 4, 3]);
});

test('one that has waited too long is let go', async () => {
  const { each, sockets, order } = gate(1);
  await sleep(10);
  each.leave(sockets[0] as Socket);
  expect(order()).toEqual([0, 1]);
  expect(sockets.slice(2).every(({ destroyed }) => destroyed)).toBe(true);
});
