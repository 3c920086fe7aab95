import { createServer, connect as dial, type Server, type Socket } from 'node:net';
import { resetSocket } from './reset-socket.ts';

/** What the proxy does to the bytes that come; new connections are taken in all but `cut`. */
export type ProxyMode =
  | { readonly kind: 'pass' }
  /** Every piece is held back for so many milliseconds, either way; their order is kept. */
  | { readonly kind: 'latency'; readonly ms: number }
  /** Nothing passes, and nobody is told. What is under way arrives once it ends. */
  | { readonly kind: 'stall' }
  /** As a stall, but what the client says arrives: it never learns of it. */
  | { readonly kind: 'mute' }
  /** No connection is taken. */
  | { readonly kind: 'cut' };

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
}

/** Stands between a TCP client and a server of this machine, and fails as networks do. */
export class TcpProxy {
  readonly port: number;
  readonly #server: Server;
  readonly #pairs = new Set<Pair>();
  #mode: ProxyMode = { kind: 'pass' };
  #resume: (() => void)[] = [];

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.port = port;
  }

  /** Listens on 127.0.0.1 and passes everything to `target` there. */
  static async start(target: number): Promise<TcpProxy> {
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', resolve);
    });
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('a TCP server has an address and a port');
    const proxy = new TcpProxy(server, address.port);
    server.on('connection', (client) => proxy.#take(client, target));
    return proxy;
  }

  get connections(): number {
    return this.#pairs.size;
  }

  /** From now on; `cut` also ends what is open. */
  set mode(mode: ProxyMode) {
    this.#mode = mode;
    if (mode.kind === 'cut') this.reset();
    for (const resume of this.#resume.splice(0)) resume();
  }

  /** Ends every open connection with a TCP reset, to both sides. */
  reset(): void {
    for (const pair of this.#pairs) this.#end(pair);
  }

  async close(): Promise<void> {
    this.mode = { kind: 'cut' };
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #take(client: Socket, target: number): void {
    if (this.#mode.kind === 'cut') {
      resetSocket(client);
      return;
    }
    const pair = { client, server: dial(target, '127.0.0.1') };
    this.#pairs.add(pair);
    for (const [from, to] of [
      [pair.client, pair.server],
      [pair.server, pair.client],
    ] as const) {
      from.on('data', (bytes) => void this.#pass(pair, from, () => to.write(bytes)));
      from.on('end', () => void this.#pass(pair, from, () => to.end()));
      from.on('error', () => this.#end(pair));
      from.on('close', () => this.#pairs.delete(pair));
    }
  }

  /** Pausing the reader keeps the order, whatever the mode becomes meanwhile. */
  async #pass({ server }: Pair, from: Socket, send: () => void): Promise<void> {
    from.pause();
    const mode = this.#mode;
    if (mode.kind === 'latency') await new Promise((resolve) => setTimeout(resolve, mode.ms));
    const held = () => this.#mode.kind === 'stall' || (this.#mode.kind === 'mute' && from === server);
    while (held()) await new Promise<void>((resolve) => this.#resume.push(resolve));
    if (from.destroyed && this.#mode.kind === 'cut') return;
    send();
    from.resume();
  }

  #end({ client, server }: Pair): void {
    resetSocket(client);
    resetSocket(server);
  }
}
