import {
  agentPatienceMs,
  type ConnectRequest,
  ConnectRequestSchema,
  type ConnectResponse,
  connectionTimes,
  create,
  type FleetService,
  type GrpcClient,
  type MessageInitShape,
  type RpcError,
  requireTimestampMs,
  timestampFromMs,
  toRpcError,
} from '@bpfleet/contracts';
import { RunningClock } from '@bpfleet/runtime';
import type { ClockSample } from './clock-offset.ts';
import type { DeliveryQueue } from './delivery.ts';

type Item = MessageInitShape<typeof ConnectRequestSchema>['item'];

/** What a connection is given, and whom it tells. */
export interface ConnectionDuties {
  readonly hello: () => Item;
  readonly observed: () => Item;
  readonly delivery: DeliveryQueue;
  /** Everything but pongs, in order; errors are the receiver's own affair. */
  readonly onMessage: (message: ConnectResponse, reply: (item: Item) => void) => void;
  readonly onClockSample: (sample: ClockSample) => void;
  /** Whether there is nothing to run and nothing to deliver. */
  readonly resting: () => boolean;
}

/** See `connectionTimes`. */
export interface ConnectionTimes {
  readonly pingMs: number;
  readonly restingPingMs: number;
}

/** Answers waiting for a peer that does not read. A peer that far behind is given up. */
const maxUnwritten = 256;

/** One Connect stream, from Hello to its end. */
export class Connection {
  /** Resolves with why it ended; never rejects. */
  readonly ended: Promise<RpcError | null>;
  readonly #stream: ReturnType<GrpcClient<typeof FleetService>['connect']>;
  readonly #duties: ConnectionDuties;
  readonly #ping: NodeJS.Timeout;
  readonly #clock: RunningClock;
  readonly #times: ConnectionTimes;
  /** As the last ping said. */
  #pingMs: number;
  #pingedAt: number;
  #lastHeard: number;
  #delivering: Promise<void> | null = null;
  #deliverAgain = false;
  #over = false;
  #established = false;
  #silent = false;
  #unwritten = 0;

  constructor(
    client: GrpcClient<typeof FleetService>,
    duties: ConnectionDuties,
    times: ConnectionTimes = connectionTimes,
  ) {
    this.#duties = duties;
    this.#clock = new RunningClock(times.pingMs);
    this.#times = times;
    this.#pingMs = times.pingMs;
    this.#pingedAt = this.#clock.now();
    this.#lastHeard = this.#clock.now();
    this.#stream = client.connect();
    this.#stream.on('data', (message: ConnectResponse) => this.#receive(message));
    // A stream fails with an error event, or ends with a status of OK.
    this.ended = new Promise((resolve) => {
      this.#stream.once('error', (error) => resolve(this.#silent ? silence(this.#pingMs) : toRpcError(error)));
      this.#stream.once('end', () => resolve(null));
    });
    void this.ended.then(() => this.#finish());
    this.#send(duties.hello());
    this.#send(duties.observed());
    this.#sendPing();
    this.#ping = setInterval(() => this.#beat(), times.pingMs);
    this.deliver();
  }

  /** Sends what the spool has, as far as the peer keeps up. Call it whenever something may have become deliverable. */
  deliver(): void {
    if (this.#over) return;
    if (this.#delivering) {
      this.#deliverAgain = true;
      return;
    }
    this.#delivering = this.#pump()
      .catch((error: unknown) => void this.#stream.destroy(error instanceof Error ? error : new Error(String(error))))
      .finally(() => {
        this.#delivering = null;
        if (!this.#deliverAgain) return;
        this.#deliverAgain = false;
        this.deliver();
      });
  }

  /** The controller has said something. */
  get established(): boolean {
    return this.#established && !this.#over;
  }

  report(): void {
    this.#send(this.#duties.observed());
  }

  close(): void {
    this.#stream.cancel();
  }

  async #pump(): Promise<void> {
    while (!this.#over) {
      const delivery = await this.#duties.delivery.next(performance.now());
      if (!delivery || this.#over) return;
      const item: Item =
        delivery.kind === 'frames'
          ? { case: 'frames', value: { frames: delivery.frames } }
          : { case: 'manifest', value: delivery.manifest };
      if (!this.#write(item)) await this.#writableAgain();
    }
  }

  #receive(message: ConnectResponse): void {
    this.#lastHeard = this.#clock.now();
    this.#established = true;
    const { item } = message;
    if (item.case !== 'pong') {
      this.#duties.onMessage(message, (reply) => this.#send(reply));
      return;
    }
    const { pingSentAt, receivedAt, sentAt } = item.value;
    try {
      this.#duties.onClockSample({
        sent: requireTimestampMs('pong.ping_sent_at', pingSentAt),
        received: requireTimestampMs('pong.received_at', receivedAt),
        answered: requireTimestampMs('pong.sent_at', sentAt),
        arrived: Date.now(),
      });
    } catch {
      // Alive is all that such a pong says.
    }
  }

  /** Each `pingMs`, also at rest: so the next ping of an agent that has to do again does not wait. */
  #beat(): void {
    const { pingMs, restingPingMs } = this.#times;
    this.#clock.beat();
    const now = this.#clock.now();
    if (now - this.#lastHeard > agentPatienceMs(this.#pingMs)) {
      this.#silent = true;
      this.#stream.cancel();
      return;
    }
    const nextMs = this.#duties.resting() ? restingPingMs : pingMs;
    // No pong was to be expected for long: patience with its absence begins now.
    if (nextMs < this.#pingMs) this.#lastHeard = now;
    // Timers are not exact.
    if (nextMs !== this.#pingMs || now - this.#pingedAt > nextMs - pingMs / 2) {
      this.#pingMs = nextMs;
      this.#sendPing();
    }
    this.deliver();
  }

  #sendPing(): void {
    this.#pingedAt = this.#clock.now();
    this.#send({ case: 'ping', value: { sentAt: timestampFromMs(Date.now()), nextMs: this.#pingMs } });
  }

  #send(item: Item): void {
    if (this.#over) return;
    this.#write(item);
  }

  /** False while the peer has more to read than it should. */
  #write(item: Item): boolean {
    this.#unwritten += 1;
    if (this.#unwritten > maxUnwritten) {
      this.#silent = true;
      this.#stream.cancel();
      return true;
    }
    return this.#stream.write(create(ConnectRequestSchema, { item } as ConnectRequest), () => {
      this.#unwritten -= 1;
    });
  }

  #writableAgain(): Promise<void> {
    return new Promise((resolve) => {
      this.#stream.once('drain', resolve);
      void this.ended.then(() => resolve());
    });
  }

  #finish(): void {
    this.#over = true;
    clearInterval(this.#ping);
    // Whatever still comes is not ours any more.
    this.#stream.on('error', () => undefined);
    this.#stream.cancel();
  }
}

function silence(pingMs: number): RpcError {
  return toRpcError(
    Object.assign(new Error('silence'), {
      code: 14,
      details: `the controller has been silent for ${agentPatienceMs(pingMs) / 1000} s`,
    }),
  );
}
