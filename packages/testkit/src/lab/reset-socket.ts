import type { Socket } from 'node:net';

/**
 * Ends a connection with a TCP reset; one that is not there yet, or whose end is under way already, is only closed: libuv
 * refuses to reset such a socket, Node (24.x) then never closes it, and the process never exits.
 */
export function resetSocket(socket: Socket): void {
  if (socket.connecting || socket.writableEnded) socket.destroy();
  else socket.resetAndDestroy();
}
