import { chmod, chown, lstat, readFile, rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import type { Logger } from '@bpfleet/runtime';
import type { PeerCredentials } from '@bpfleet/tracer/process';
import * as grpc from '@grpc/grpc-js';
import { AgentError, causeOf } from '../agent-error.ts';
import type { Callers } from './callers.ts';

/** sun_path of sockaddr_un, with its terminating zero; see unix(7). */
const maxPathBytes = 107;

export interface SocketSurroundings {
  readonly callers: Callers;
  /** Name or number of the group that may use the socket; the group of the process by default. */
  readonly group: string | null;
  readonly peerOf: (fd: number) => Promise<PeerCredentials>;
  readonly log: Logger;
}

/**
 * Serves on a unix socket that its owner and its group may use, and nobody else: the file's mode says so, and of each
 * connection the kernel is asked who it is. The socket of an agent that died is removed; one that still answers is not. Returns
 * what ends it. Throws AgentError `socket_in_use` or `invalid_config`.
 */
export async function serveSocket(
  server: grpc.Server,
  path: string,
  surroundings: SocketSurroundings,
): Promise<{ close(): Promise<void> }> {
  if (Buffer.byteLength(path) > maxPathBytes) {
    throw new AgentError(
      'invalid_config',
      `the socket's path ${path} is longer than ${maxPathBytes} bytes: choose another with "socket"`,
    );
  }
  const gid = surroundings.group === null ? (process.getegid?.() ?? 0) : await groupNumber(surroundings.group);
  await removeStale(path);
  const injector = server.createConnectionInjector(grpc.ServerCredentials.createInsecure());
  const listener = createServer({ pauseOnConnect: true }, (socket) => {
    socket.on('error', () => socket.destroy());
    admit(socket, gid, surroundings).then(
      () => {
        injector.injectConnection(socket);
        socket.resume();
      },
      (error: unknown) => {
        surroundings.log.warn({ reason: causeOf(error) }, 'a connection to the socket was refused');
        socket.destroy();
      },
    );
  });
  await new Promise<void>((resolve, reject) => {
    listener.once('error', (error) =>
      reject(
        new AgentError('socket_in_use', `the socket ${path} cannot be served: ${causeOf(error)}`, { cause: error }),
      ),
    );
    listener.listen(path, resolve);
  });
  const close = async () => {
    listener.close();
    injector.destroy();
    await rm(path, { force: true });
  };
  try {
    if (surroundings.group !== null) await chown(path, process.geteuid?.() ?? 0, gid);
    await chmod(path, 0o660);
  } catch (error) {
    await close();
    const advice = 'the agent must be of that group, or root';
    throw new AgentError('invalid_config', `the socket cannot be given to its group: ${causeOf(error)}: ${advice}`, {
      cause: error,
    });
  }
  return { close };
}

async function admit(socket: Socket, gid: number, { callers, peerOf }: SocketSurroundings): Promise<void> {
  const { fd } = (socket as unknown as { readonly _handle: { readonly fd: number } })._handle;
  const peer = await peerOf(fd);
  if (peer.uid !== 0 && peer.uid !== process.geteuid?.() && peer.gid !== gid && !peer.groups.includes(gid)) {
    throw new Error(`process ${peer.pid} of user ${peer.uid} is not of the socket's group`);
  }
  if (!socket.destroyed) callers.connected(socket, peer);
}

/** Throws AgentError `invalid_config`. */
async function groupNumber(group: string): Promise<number> {
  if (/^\d{1,9}$/.test(group)) return Number(group);
  const lines = (await readFile('/etc/group', 'utf8').catch(() => '')).split('\n');
  const found = lines.map((line) => line.split(':')).find(([name]) => name === group);
  if (found?.[2] !== undefined) return Number(found[2]);
  throw new AgentError(
    'invalid_config',
    `there is no group "${group}" here: create it, or choose another with "socketGroup"`,
  );
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
