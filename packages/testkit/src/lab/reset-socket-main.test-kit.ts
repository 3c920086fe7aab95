// Resets a connection while its end is under way, and then has nothing more to do.
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { resetSocket } from './reset-socket.ts';

const server = createServer((socket) => socket.on('error', () => undefined).resume());
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const socket = connect((server.address() as { port: number }).port, '127.0.0.1');
await once(socket, 'connect');
socket.end();
resetSocket(socket);
await once(socket, 'close');
server.close();
