import { readFile } from 'node:fs/promises';
import * as grpc from '@grpc/grpc-js';
import type { ListenConfig } from '../agent-config.ts';
import { AgentError, causeOf } from '../agent-error.ts';
import { parseHostPort } from '../identity/host-port.ts';

/**
 * Serves on a TCP port with mutual TLS: who has no certificate of the authority does not get through the handshake. Throws
 * AgentError `invalid_config` or `socket_in_use`.
 */
export async function serveTcp(server: grpc.Server, listen: ListenConfig): Promise<void> {
  const { host, port, text } = parseHostPort(listen.address);
  const [ca, cert, key] = await Promise.all([listen.ca, listen.certificate, listen.key].map(readPem));
  let credentials: grpc.ServerCredentials;
  try {
    credentials = grpc.ServerCredentials.createSsl(
      ca as Buffer,
      [{ private_key: key as Buffer, cert_chain: cert as Buffer }],
      true,
    );
  } catch (error) {
    throw new AgentError('invalid_config', `the certificate of "listen" cannot be used: ${causeOf(error)}`, {
      cause: error,
    });
  }
  await new Promise<void>((resolve, reject) => {
    server.bindAsync(`${host.includes(':') ? `[${host}]` : host}:${port}`, credentials, (error) => {
      if (!error) resolve();
      else reject(new AgentError('socket_in_use', `${text} cannot be served: ${causeOf(error)}`, { cause: error }));
    });
  });
}

async function readPem(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new AgentError('invalid_config', `listen: ${path} cannot be read: ${causeOf(error)}`, { cause: error });
  }
}
