import { chmod, lstat, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import * as grpc from '@grpc/grpc-js';
import { AgentError, causeOf } from '../agent-error.ts';

/** sun_path of sockaddr_un, with its terminating zero; see unix(7). */
const maxPathBytes = 107;

/**
 * Binds the server to a unix socket that its group may use too. The socket of an agent that died is removed; one that
 * still answers is not. Throws AgentError `socket_in_use` or `invalid_config`.
 */
export async function serveSocket(server: grpc.Server, path: string): Promise<void> {
  if (Buffer.byteLength(path) > maxPathBytes) {
    throw new AgentError(
      'invalid_config',
      `the socket's path ${path} is longer than ${maxPathBytes} bytes: choose another with "socket"`,
    );
  }
  await removeStale(path);
  await new Promise<void>((resolve, reject) => {
    server.bindAsync(`unix:${path}`, grpc.ServerCredentials.createInsecure(), (error) => {
      if (!error) resolve();
      else
        reject(
          new AgentError('socket_in_use', `the socket ${path} cannot be served: ${causeOf(error)}`, { cause: error }),
        );
    });
  });
  await chmod(path, 0o660);
}

async function removeStale(path: string): Promise<void> {
  const found = await lstat(path).catch(() => null);
  if (!found) return;
  if (!found.isSocket())
    throw new AgentError('socket_in_use', `${path} exists and is no socket: choose another with "socket"`);
  if (await answers(path)) throw new AgentError('socket_in_use', `another agent already serves the socket ${path}`);
  await rm(path, { force: true });
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
