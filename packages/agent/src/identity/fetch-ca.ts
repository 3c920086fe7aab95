import { createHash, X509Certificate } from 'node:crypto';
import { connect, type DetailedPeerCertificate } from 'node:tls';
import { AgentError, causeOf } from '../agent-error.ts';
import type { HostPort } from './host-port.ts';

const timeoutMs = 10_000;
export const controllerName = 'controller.bpfleet';

/**
 * The CA certificate (PEM) of the controller at `address`, if its chain holds one with this pin. The handshake cannot
 * verify anything yet, so nothing is sent over this connection: what is fetched here is used as the root of the next.
 * Throws AgentError `wrong_pin` or `controller_unreachable`.
 */
export function fetchCa(address: HostPort, pin: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      host: address.host,
      port: address.port,
      servername: controllerName,
      rejectUnauthorized: false,
      minVersion: 'TLSv1.3',
      ALPNProtocols: ['h2'],
    });
    const fail = (error: unknown) => {
      socket.destroy();
      reject(
        new AgentError(
          'controller_unreachable',
          `the controller at ${address.text} cannot be reached: ${causeOf(error)}`,
          {
            cause: error,
          },
        ),
      );
    };
    socket.setTimeout(timeoutMs, () => fail(new Error(`no answer within ${timeoutMs / 1000} s`)));
    socket.once('error', fail);
    socket.once('secureConnect', () => {
      const ca = chainOf(socket.getPeerCertificate(true)).find((der) => sha256(der) === pin);
      socket.destroy();
      if (ca) resolve(new X509Certificate(ca).toString());
      else {
        reject(
          new AgentError(
            'wrong_pin',
            `the controller at ${address.text} is not the one that issued the join token: its certificate authority has another fingerprint`,
          ),
        );
      }
    });
  });
}

/** Leaf first; Node links a self-signed certificate to itself. */
function chainOf(leaf: DetailedPeerCertificate): Buffer[] {
  const chain: Buffer[] = [];
  let next: DetailedPeerCertificate | undefined = leaf;
  while (next?.raw && chain.length < 10 && !chain.some((der) => der.equals(next?.raw as Buffer))) {
    chain.push(next.raw);
    next = next.issuerCertificate;
  }
  return chain;
}

const sha256 = (der: Buffer): string => createHash('sha256').update(der).digest('hex');
