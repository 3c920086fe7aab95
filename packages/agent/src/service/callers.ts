import type { Socket } from 'node:net';
import type { PeerCertificate } from 'node:tls';
import { RpcError } from '@bpfleet/contracts';
import type { PeerCredentials } from '@bpfleet/tracer/process';
import type * as grpc from '@grpc/grpc-js';
import type { Caller } from './caller.ts';

/** As much of a call as tells who makes it. */
export type Call = Pick<grpc.ServerUnaryCall<unknown, unknown>, 'getPeer' | 'getAuthContext'>;

/** Who is behind each connection. */
export class Callers {
  readonly #names: ReadonlySet<string>;
  readonly #processes = new Map<string, PeerCredentials>();
  #connections = 0;

  /** @param names that may call over TCP: the common name of a certificate, or a DNS name in it */
  constructor(names: readonly string[]) {
    this.#names = new Set(names);
  }

  /** Notes whose connection this is, until it is closed. */
  connected(socket: Socket, peer: PeerCredentials): void {
    const number = ++this.#connections;
    // The peer of a unix socket has no address, and grpc-js tells a call's connection by that alone.
    Object.defineProperty(socket, 'remoteAddress', { value: 'unix' });
    Object.defineProperty(socket, 'remotePort', { value: number });
    const key = `unix:${number}`;
    this.#processes.set(key, peer);
    socket.once('close', () => this.#processes.delete(key));
  }

  /** Throws RpcError UNAUTHENTICATED or PERMISSION_DENIED. */
  of(call: Call): Caller {
    const peer = this.#processes.get(call.getPeer());
    if (peer !== undefined) return { kind: 'process', uid: peer.uid, gid: peer.gid, pid: peer.pid };
    const certificate = call.getAuthContext().sslPeerCertificate;
    if (certificate === undefined) throw new RpcError('UNAUTHENTICATED', 'a client certificate is required');
    const names = namesOf(certificate);
    const name = names.find((each) => this.#names.has(each));
    if (name !== undefined) return { kind: 'name', name };
    const who = names.map((each) => `"${each}"`).join(', ') || 'a certificate without a name';
    throw new RpcError('PERMISSION_DENIED', `${who} is not among the names that may call this agent`);
  }
}

function namesOf({ subject, subjectaltname }: PeerCertificate): string[] {
  // A value with a comma or a quote is written as JSON (CVE-2021-44532): such a name is none of ours.
  const alternative = (subjectaltname ?? '')
    .split(', ')
    .flatMap((part) => (part.startsWith('DNS:') ? [part.slice(4)] : []));
  const common = subject?.CN as string | readonly string[] | undefined;
  return [...(typeof common === 'string' ? [common] : []), ...alternative].slice(0, 32);
}
