import type { AddressInfo, Server } from 'node:net';
import { ControllerError } from '../controller-error.ts';
import type { Endpoint } from './controller-config.ts';

/** Listens, and returns the port. Throws ControllerError `port_in_use` or `address_unusable`. */
export async function listen(server: Server, endpoint: Endpoint, what: string): Promise<number> {
  try {
    await new Promise<void>((done, fail) => {
      server.once('error', fail);
      server.listen(endpoint.port, endpoint.host, () => {
        server.off('error', fail);
        done();
      });
    });
  } catch (cause) {
    throw listenError(cause, endpoint, what);
  }
  return (server.address() as AddressInfo).port;
}

function listenError(cause: unknown, { host, port }: Endpoint, what: string): ControllerError {
  if ((cause as { code?: unknown }).code === 'EADDRINUSE') {
    const message = `Port ${port} for ${what} is in use on ${host}: stop what listens there, or choose another port.`;
    return new ControllerError('port_in_use', message, { cause });
  }
  const why = cause instanceof Error ? cause.message : String(cause);
  return new ControllerError('address_unusable', `Cannot listen on ${host}:${port} for ${what}: ${why}.`, { cause });
}
