import { createSecureContext } from 'node:tls';
import {
  type Assignment,
  agentPatienceMs,
  type ConnectRequestSchema,
  type ConnectResponse,
  connectionTimes,
  durationMs,
  FleetService,
  type GrpcClient,
  grpcClient,
  Manifest_Outcome,
  type MessageInitShape,
  ObservedAssignment_State,
  timestampFromMs,
} from '@bpfleet/contracts';
import { nodeInfo, serverName, type TestIdentity } from '@bpfleet/controller/testing';
import type { RunningClock } from '@bpfleet/runtime';
import * as grpc from '@grpc/grpc-js';
import { below } from '../seeded-random.ts';
import { frameBatch } from './frame-batch.ts';
import { type RunLog, type SentFrame, SimulatedRun } from './simulated-run.ts';
import type { SyntheticWindow } from './synthetic-windows.ts';

type Item = NonNullable<MessageInitShape<typeof ConnectRequestSchema>['item']>;

/** What all agents of a simulated fleet share. */
export interface SimulatedBehaviour {
  /** HOST:PORT of each controller; an agent that loses one tries the next. */
  addresses: readonly string[];
  readonly windows: readonly SyntheticWindow[];
  readonly random: () => number;
  /** Frames that a window is cut into. */
  framesPerWindow: number;
  /** Windows end at multiples of the interval on every node, as real ones do; else each node has its own phase. */
  aligned: boolean;
  /** Frames that the spool of one run has room for. */
  spoolFrames: number;
  /** Frames sent and not acknowledged, as the agent bounds them. */
  readonly maxInFlight: number;
  /** By which silence is measured: time in which this process did not run does not count. */
  readonly clock: RunningClock;
  readonly tell: SimulatedEvents;
}

/** Instants are milliseconds since the Unix epoch. */
interface SimulatedEvents {
  connected(nodeId: string, at: number): void;
  attached(nodeId: string, sessionId: string, at: number): void;
  detached(nodeId: string, sessionId: string, at: number): void;
  /** From sent to acknowledged. */
  acknowledged(delayMs: number, frames: number): void;
  refused(nodeId: string, reason: string): void;
}

/** What may happen to an agent; each is a method of it that is given the time. */
export type AgentFault = 'kill' | 'restart' | 'reset' | 'replay';

const { pingMs, restingPingMs } = connectionTimes;
const backoff = { firstMs: 200, maxMs: 5_000 };
/** Frames of one message, as the agent bounds it by bytes. */
const maxBatch = 64;

/**
 * A node without a kernel: speaks the fleet's protocol as the agent does, by the same rules (what is spooled is sent until it is
 * acknowledged; a session that ended is not started again), with windows whose content is known. Driven by `tick`.
 */
export class SimulatedAgent {
  readonly identity: TestIdentity;
  /** How far its clock is ahead of everybody's, milliseconds. */
  clockAheadMs = 0;
  readonly #shared: SimulatedBehaviour;
  readonly #context: ReturnType<typeof createSecureContext>;
  readonly #runs = new Map<string, SimulatedRun>();
  readonly #log: SimulatedRun[] = [];
  readonly #delivered = new Set<string>();
  #bootEpoch = 1;
  #client: GrpcClient<typeof FleetService> | undefined;
  #call: ReturnType<GrpcClient<typeof FleetService>['connect']> | undefined;
  #address: number;
  #failures = 0;
  #nextAttemptAt = 0;
  #nextPingAt = 0;
  #pingMs: number = pingMs;
  #heardAt = 0;
  #established = false;
  #alive = true;

  constructor(identity: TestIdentity, shared: SimulatedBehaviour) {
    this.identity = identity;
    this.#shared = shared;
    this.#address = below(shared.random, shared.addresses.length);
    this.#context = createSecureContext({
      ca: identity.caPem,
      key: identity.keyPem,
      cert: identity.certificatePem,
      minVersion: 'TLSv1.3',
    });
  }

  /** The controller has welcomed it. */
  get connected(): boolean {
    return this.#established;
  }

  get runs(): Iterable<SimulatedRun> {
    return this.#runs.values();
  }

  /** What all its runs were, the delivered ones too. */
  logs(): RunLog[] {
    return this.#log.map((run) => run.log(this.identity.nodeId));
  }

  /** Everything that is due by now. */
  tick(now: number): void {
    if (!this.#alive) return;
    for (const run of this.#runs.values()) if (!run.ended) this.#measure(run, now);
    if (this.#call === undefined) {
      if (now >= this.#nextAttemptAt) this.#connect(now);
      return;
    }
    if (this.#shared.clock.now() - this.#heardAt > agentPatienceMs(this.#pingMs)) {
      this.#lose(now);
      return;
    }
    if (now >= this.#nextPingAt) {
      this.#pingMs = this.#runs.size > 0 ? pingMs : restingPingMs;
      this.#nextPingAt = now + this.#pingMs;
      this.#send({ case: 'ping', value: { sentAt: timestampFromMs(now + this.clockAheadMs), nextMs: this.#pingMs } });
    }
    this.#deliver(now);
  }

  /** The process is gone at once; what it had spooled stays. */
  kill(_now: number): void {
    this.#alive = false;
    this.#drop();
  }

  /** The process ends in order: what was measured is spooled first. */
  stop(now: number): void {
    if (!this.#alive) return;
    for (const run of this.#runs.values()) if (!run.ended) this.#cutShort(run, 'the agent was stopped', now);
    this.#alive = false;
    this.#drop();
  }

  /** A process again, which finds the spool: what was measured when it died has ended there. */
  restart(now: number): void {
    if (this.#alive) return;
    this.#alive = true;
    this.#bootEpoch += 1;
    this.#delivered.clear();
    for (const run of this.#runs.values()) run.end(Manifest_Outcome.PARTIAL, 'the agent was killed', now);
    this.#nextAttemptAt = now;
  }

  /** Sends what was sent before once more, as after a connection that broke before its acknowledgements came. */
  replay(_now: number): void {
    for (const run of this.#runs.values()) {
      run.sent = 0;
      run.manifestSent = false;
    }
  }

  /** The connection breaks, and it comes back after its backoff. */
  reset(now: number): void {
    if (this.#call !== undefined) this.#lose(now);
  }

  close(): void {
    this.#alive = false;
    this.#drop();
  }

  #connect(now: number): void {
    const address = this.#shared.addresses[this.#address % this.#shared.addresses.length] ?? '';
    const credentials = grpc.credentials.createFromSecureContext(this.#context);
    this.#client = grpcClient(FleetService, address, credentials, {
      'grpc.ssl_target_name_override': serverName,
      'grpc.default_authority': serverName,
      'grpc.use_local_subchannel_pool': 1,
      'grpc.keepalive_permit_without_calls': 0,
      'grpc.keepalive_time_ms': 2 ** 31 - 1,
    });
    const call = this.#client.connect();
    this.#call = call;
    this.#heardAt = this.#shared.clock.now();
    this.#pingMs = pingMs;
    this.#nextPingAt = now + below(this.#shared.random, pingMs);
    for (const run of this.#runs.values()) {
      run.sent = run.acked;
      run.manifestSent = false;
    }
    call.on('data', (message: ConnectResponse) => this.#receive(message, call));
    const ended = () => {
      if (this.#call === call) this.#lose(Date.now());
    };
    call.on('error', ended);
    call.on('end', ended);
    this.#send({
      case: 'hello',
      value: {
        nodeId: this.identity.nodeId,
        node: { ...nodeInfo(this.identity.name, this.identity.labels), bootEpoch: BigInt(this.#bootEpoch) },
        spooledSessions: [...this.#runs.keys()],
      },
    });
    this.#report();
  }

  #lose(now: number): void {
    this.#drop();
    this.#failures += 1;
    this.#address += 1;
    const full = Math.min(backoff.maxMs, backoff.firstMs * 2 ** Math.min(this.#failures - 1, 30));
    this.#nextAttemptAt = now + full * (1 - this.#shared.random() / 2);
  }

  #drop(): void {
    const [call, client] = [this.#call, this.#client];
    this.#call = undefined;
    this.#client = undefined;
    this.#established = false;
    call?.cancel();
    client?.close();
  }

  #receive({ item }: ConnectResponse, call: unknown): void {
    if (call !== this.#call) return;
    const now = Date.now();
    this.#heardAt = this.#shared.clock.now();
    switch (item.case) {
      case 'welcome':
        this.#established = true;
        this.#failures = 0;
        this.#shared.tell.connected(this.identity.nodeId, now);
        return;
      case 'desired':
        this.#reconcile(item.value.assignments, now);
        return;
      case 'check':
        this.#send({
          case: 'check',
          value: { requestId: item.value.requestId, response: { loads: true, probes: 1, mapBytes: 4096n } },
        });
        return;
      case 'ack': {
        const run = this.#runOf(item.value);
        const sentAt = run?.ack(Number(item.value.seq)) ?? [];
        for (const each of sentAt) if (each > 0) this.#shared.tell.acknowledged(now - each, 1);
        this.#deliver(now);
        return;
      }
      case 'refusal': {
        const run = this.#runOf(item.value);
        const seq = Number(item.value.seq);
        run?.evict(seq);
        if (run && run.sent >= seq) run.sent = seq - 1;
        this.#shared.tell.refused(this.identity.nodeId, item.value.reason);
        return;
      }
      case 'manifestAck':
        if (this.#runOf(item.value)) {
          this.#runs.delete(item.value.sessionId);
          this.#delivered.add(item.value.sessionId);
          this.#report();
        }
        return;
      default:
        return;
    }
  }

  #runOf({ sessionId, bootEpoch }: { sessionId: string; bootEpoch: bigint }): SimulatedRun | undefined {
    const run = this.#runs.get(sessionId);
    return run?.bootEpoch === Number(bootEpoch) ? run : undefined;
  }

  #reconcile(assignments: readonly Assignment[], now: number): void {
    const wanted = new Set(assignments.map(({ sessionId }) => sessionId));
    for (const run of this.#runs.values())
      if (!wanted.has(run.sessionId) && !run.ended) this.#cutShort(run, 'cancelled', now);
    for (const sessionId of this.#delivered) if (!wanted.has(sessionId)) this.#delivered.delete(sessionId);
    for (const assignment of assignments) {
      const { sessionId } = assignment;
      if (!this.#runs.has(sessionId) && !this.#delivered.has(sessionId)) this.#attach(assignment, now);
    }
    this.#report();
    this.#deliver(now);
  }

  #attach({ sessionId, timing }: Assignment, now: number): void {
    const attachedAt = now + this.clockAheadMs;
    const intervalMs = timing?.interval ? durationMs(timing.interval) : 1_000;
    const lastsMs = timing?.duration ? durationMs(timing.duration) : 1_000;
    const phase = this.#shared.aligned ? 0 : below(this.#shared.random, intervalMs);
    const firstWindowAt = Math.ceil((attachedAt + 1 - phase) / intervalMs) * intervalMs + phase;
    const times = { attachedAt, firstWindowAt, endsAt: attachedAt + lastsMs, intervalMs };
    const run = new SimulatedRun({ sessionId, bootEpoch: this.#bootEpoch }, times, this.#shared.windows);
    this.#runs.set(sessionId, run);
    this.#log.push(run);
    if (this.#pingMs > pingMs) {
      this.#nextPingAt = now;
      this.#heardAt = this.#shared.clock.now();
    }
    this.#shared.tell.attached(this.identity.nodeId, sessionId, now);
  }

  #measure(run: SimulatedRun, now: number): void {
    const clock = now + this.clockAheadMs;
    while (run.nextWindowAt <= Math.min(clock, run.endsAt)) {
      this.#window(run, run.nextWindowAt - run.intervalMs);
      run.nextWindowAt += run.intervalMs;
    }
    if (clock < run.endsAt) return;
    this.#window(run, run.nextWindowAt - run.intervalMs);
    run.end(Manifest_Outcome.COMPLETE, '', clock);
    this.#shared.tell.detached(this.identity.nodeId, run.sessionId, now);
    this.#report();
  }

  #window(run: SimulatedRun, startMs: number): void {
    const { windows, random, framesPerWindow, spoolFrames } = this.#shared;
    for (let frame = 0; frame < framesPerWindow; frame++) run.spool(below(random, windows.length), startMs);
    run.bound(spoolFrames);
  }

  #cutShort(run: SimulatedRun, reason: string, now: number): void {
    this.#window(run, run.nextWindowAt - run.intervalMs);
    run.end(Manifest_Outcome.PARTIAL, reason, now + this.clockAheadMs);
    this.#shared.tell.detached(this.identity.nodeId, run.sessionId, now);
  }

  /** Sends what the spool has, as far as the controller keeps up; a manifest once all of its frames are acknowledged. */
  #deliver(now: number): void {
    if (!this.#established) return;
    for (const run of this.#runs.values()) {
      const until = Math.min(run.last, run.acked + this.#shared.maxInFlight);
      while (run.sent < until) {
        const frames: SentFrame[] = [];
        while (run.sent < until && frames.length < maxBatch) frames.push(run.frame(++run.sent, now));
        this.#call?.write(frameBatch(frames));
      }
      const manifest = run.acked === run.last && !run.manifestSent ? run.manifestToSend() : undefined;
      if (manifest) {
        run.manifestSent = true;
        this.#send({ case: 'manifest', value: manifest });
      }
    }
  }

  #report(): void {
    const assignments = [...this.#runs.values()].map((run) => ({
      ...run.observed(),
      state: run.ended ? ObservedAssignment_State.DRAINING : ObservedAssignment_State.RUNNING,
    }));
    this.#send({ case: 'observed', value: { assignments } });
  }

  #send(item: Item): void {
    this.#call?.write({ item });
  }
}
