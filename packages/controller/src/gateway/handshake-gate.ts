import type { Socket } from 'node:net';

/** Handshakes at a time, and for how long a connection is worth one: by then its agent has given up. */
export interface GateLimits {
  readonly atOnce: number;
  readonly patienceMs: number;
}

export const gateLimits: GateLimits = { atOnce: 32, patienceMs: 6_000 };

type Peer = Pick<Socket, 'remoteAddress' | 'remotePort'>;

interface Waiting {
  readonly socket: Socket;
  /** A socket that is closed does not know it any more. */
  readonly peer: Peer;
  readonly since: number;
}

/**
 * Lets only so many connections shake hands at a time, the newest first. A whole fleet that comes back at once asks for more
 * handshakes than there is time for: begun all together each takes so long that its agent gives up and comes again, and none
 * ever ends. What waits here costs nothing.
 */
export class HandshakeGate {
  private readonly limits: GateLimits;
  private readonly admit: (socket: Socket) => void;
  private readonly waiting: Waiting[] = [];
  /** By the address of the other end: TLS has a socket of its own for the same connection. */
  private readonly under = new Set<string>();

  /** `admit` begins the handshake. */
  constructor(limits: GateLimits, admit: (socket: Socket) => void) {
    this.limits = limits;
    this.admit = admit;
  }

  /** A connection came. It must not be read yet. */
  enter(socket: Socket): void {
    socket.on('error', () => socket.destroy());
    const { remoteAddress, remotePort } = socket;
    this.waiting.push({ socket, peer: { remoteAddress, remotePort }, since: performance.now() });
    this.next();
  }

  /** The handshake on this connection has ended, well or not. */
  leave(socket: Peer): void {
    if (this.under.delete(peerOf(socket))) {
      this.next();
    }
  }

  private next(): void {
    const tooOld = performance.now() - this.limits.patienceMs;
    while (this.waiting[0] !== undefined && this.waiting[0].since < tooOld) {
      this.waiting.shift()?.socket.destroy();
    }
    while (this.under.size < this.limits.atOnce) {
      const newest = this.waiting.pop();
      if (newest === undefined) {
        return;
      }
      this.under.add(peerOf(newest.peer));
      newest.socket.once('close', () => this.leave(newest.peer));
      this.admit(newest.socket);
    }
  }
}

function peerOf({ remoteAddress, remotePort }: Peer): string {
  return `${remoteAddress} ${remotePort}`;
}
