import { setTimeout as sleep } from 'node:timers/promises';
import type { ConnectResponse, Hello, ObservedState } from '@bpfleet/contracts';
import type { Logger } from '@bpfleet/runtime';
import { openFleetClient } from '../identity/fleet-channel.ts';
import type { HostPort } from '../identity/host-port.ts';
import type { Identity } from '../identity/identity.ts';
import type { RunId } from '../spool/entry.ts';
import type { Spool } from '../spool/spool.ts';
import { backoffMs, reconnectBackoff, refusedBackoff } from './backoff.ts';
import type { ClockSample } from './clock-offset.ts';
import { Connection, type ConnectionTimes } from './connection.ts';
import { DeliveryQueue } from './delivery.ts';
import { failureKind, failureReason } from './failure-kind.ts';

export interface UplinkDuties {
  /** Of the controllers of the fleet: any will do. */
  readonly addresses: readonly [HostPort, ...HostPort[]];
  /** The identity to connect with, which is renewed in between. */
  readonly identity: () => Identity;
  /** The controller says that the certificate has expired, whatever this node's clock says. */
  readonly onExpired: () => Promise<void>;
  readonly spool: Spool;
  readonly log: Logger;
  readonly hello: () => Hello;
  readonly observed: () => ObservedState;
  readonly onClockSample: (sample: ClockSample) => void;
  /** Called before the first message of each connection. */
  readonly onConnecting: () => void;
  readonly onMessage: (message: ConnectResponse, reply: Reply) => void;
  readonly times?: ConnectionTimes;
}

export type Reply = Parameters<ConstructorParameters<typeof Connection>[1]['onMessage']>[1];

/** A connection that lasted so long starts the backoff anew. */
const steadyMs = 10_000;
const warnEveryMs = 60_000;

/** Keeps a stream to the controller, for ever. The agent works on while there is none. */
export class Uplink {
  readonly #duties: UplinkDuties;
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;
  #connection: Connection | null = null;
  #delivery: DeliveryQueue | null = null;
  #reporting = false;

  constructor(duties: UplinkDuties) {
    this.#duties = duties;
    this.#running = this.#keepConnected();
  }

  /** The spool has something new, or the controller has taken something. */
  deliver(): void {
    this.#connection?.deliver();
  }

  /** The controller refused this frame: what is in its place now has to be sent. */
  deliverAgain(id: RunId, seq: bigint): void {
    this.#delivery?.rewind(id, seq);
    this.deliver();
  }

  /** What is observed has changed; many changes at once are one report. */
  report(): void {
    if (this.#reporting) return;
    this.#reporting = true;
    setImmediate(() => {
      this.#reporting = false;
      this.#connection?.report();
    });
  }

  /** Waits until everything is delivered, as long as there is a connection and at most so many milliseconds. */
  async drained(timeoutMs: number): Promise<void> {
    const end = performance.now() + timeoutMs;
    const waiting = () => this.#connection?.established === true && [...this.#duties.spool.runs()].length > 0;
    while (waiting() && performance.now() < end) await sleep(20);
  }

  async close(): Promise<void> {
    this.#stop.abort();
    this.#connection?.close();
    await this.#running;
  }

  async #keepConnected(): Promise<void> {
    const { log, addresses } = this.#duties;
    // Nodes begin at different ones, so that the controllers share them.
    let next = Math.floor(Math.random() * addresses.length);
    let failures = 0;
    let warnedAt = Number.NEGATIVE_INFINITY;
    while (!this.#stop.signal.aborted) {
      const since = performance.now();
      const address = addresses[next++ % addresses.length] ?? addresses[0];
      const error = await this.#connectOnce(address);
      if (this.#stop.signal.aborted) return;
      const expired = error?.details.reason === 'CERTIFICATE_EXPIRED';
      if (expired) await this.#duties.onExpired();
      const kind = expired ? 'lost' : failureKind(error);
      failures = performance.now() - since >= steadyMs ? 1 : failures + 1;
      const waitMs = backoffMs(kind === 'refused' ? refusedBackoff : reconnectBackoff, failures, Math.random());
      const reason = failureReason(error);
      if (kind === 'refused') {
        log.error(
          { controller: address.text, reason, waitMs },
          'the controller refuses this node, or is not the one it enrolled at: enrol it anew or correct the address',
        );
      } else {
        // Once a minute: a controller that is away for a day is not news every five seconds.
        const level = performance.now() - warnedAt >= warnEveryMs ? 'warn' : 'debug';
        if (level === 'warn') warnedAt = performance.now();
        log[level]({ controller: address.text, reason, waitMs }, 'no connection to the controller');
      }
      await sleep(waitMs, undefined, { signal: this.#stop.signal }).catch(() => undefined);
    }
  }

  async #connectOnce(address: HostPort) {
    const { spool, times } = this.#duties;
    const identity = this.#duties.identity();
    const client = openFleetClient(address, {
      ca: identity.caPem,
      client: { key: identity.keyPem, certificate: identity.certificatePem },
    });
    this.#duties.onConnecting();
    this.#delivery = new DeliveryQueue(spool);
    try {
      this.#connection = new Connection(
        client,
        {
          hello: () => ({ case: 'hello', value: this.#duties.hello() }),
          observed: () => ({ case: 'observed', value: this.#duties.observed() }),
          delivery: this.#delivery,
          onMessage: this.#duties.onMessage,
          onClockSample: this.#duties.onClockSample,
          resting: () => spool.runs()[Symbol.iterator]().next().done === true,
        },
        times,
      );
      return await this.#connection.ended;
    } finally {
      this.#connection = null;
      client.close();
    }
  }
}
