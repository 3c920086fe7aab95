import {
  type Answer,
  type ConnectRequest,
  type ConnectResponseSchema,
  type Hello,
  type Manifest,
  type MessageInitShape,
  nodePatienceMs,
  type Ping,
  type Question,
  RpcError,
  timestampFromMs,
  toGrpcStatus,
} from '@bpfleet/contracts';
import type { Logger, RunningClock } from '@bpfleet/runtime';
import type * as grpc from '@grpc/grpc-js';
import { problemToRpc } from '../control/problem-to-rpc.ts';
import type { ConnectionKey } from '../fleet/connection.repository.ts';
import { readNodeInfo } from '../fleet/node-info.ts';
import { AgentQuestions, type QuestionOn, type ResponseOn, type Subject } from './agent-questions.ts';
import type { Arrivals } from './arrivals.ts';
import type { ConnectedAgent, ConnectedAgents } from './connected-agents.ts';
import type { DesiredStates } from './desired-state.ts';
import { type DeliverySurroundings, type DeliveryTo, NodeDeliveries, type ResponseItem } from './node-deliveries.ts';
import type { Peer } from './peer-certificates.ts';

export type ConnectCall = grpc.ServerDuplexStream<ConnectRequest, MessageInitShape<typeof ConnectResponseSchema>>;

/** Messages read ahead of those being handled. */
const maxQueued = 8;

export interface StreamSurroundings extends DeliverySurroundings {
  readonly agents: ConnectedAgents;
  readonly arrivals: Arrivals;
  readonly desired: DesiredStates;
  /** By which a node's silence is measured. */
  readonly clock: RunningClock;
  readonly log: Logger;
  readonly version: string;
}

/**
 * One connection of a node whose certificate was verified. Messages are handled one after another, but for pings, which
 * are answered at once. Everything on the stream may come again; what cannot be handled ends the stream, and the agent
 * comes back with what was not acknowledged.
 */
export class AgentStream implements ConnectedAgent, DeliveryTo {
  readonly nodeId: string;
  /** When the certificate of this connection ends. */
  readonly until: Date;
  /** 0 until the node has said hello. */
  epoch = 0n;
  private readonly call: ConnectCall;
  private readonly onEnd: (stream: AgentStream) => void;
  private readonly with: StreamSurroundings;
  private readonly log: Logger;
  private readonly queue: ConnectRequest[] = [];
  private readonly questions = new AgentQuestions((requestId, about) => this.question(requestId, about));
  private readonly deliveries: NodeDeliveries;
  private handling = false;
  private ended = false;
  private seenAt: number;
  private patienceMs = nodePatienceMs(0);
  private revision = 0n;
  private telling: Promise<void> | undefined;
  private tellAgain = false;

  private released: Promise<void> = Promise.resolve();

  /** `onEnd` is called once, when the stream has ended for whatever reason. */
  constructor(
    call: ConnectCall,
    { node, until }: Peer,
    surroundings: StreamSurroundings,
    onEnd: (stream: AgentStream) => void,
  ) {
    this.onEnd = onEnd;
    this.call = call;
    this.nodeId = node.id;
    this.until = until;
    this.with = surroundings;
    this.seenAt = surroundings.clock.now();
    this.log = surroundings.log.child({ node: node.id });
    this.deliveries = new NodeDeliveries(surroundings, this);
    call.on('data', (message: ConnectRequest) => this.receive(message));
    call.on('end', () => this.finish('the agent closed the stream'));
    call.on('cancelled', () => this.finish('the connection was lost'));
    call.on('error', (error: Error) => this.finish(error.message));
  }

  /** Of this connection, by which its word counts. */
  get key(): ConnectionKey {
    return { nodeId: this.nodeId, epoch: this.epoch };
  }

  /** Whether a ping is overdue. */
  get isSilent(): boolean {
    return this.with.clock.now() - this.seenAt > this.patienceMs;
  }

  get silence(): string {
    return `nothing was heard of the node for ${this.patienceMs / 1_000} seconds`;
  }

  ask<S extends Subject>(question: QuestionOn<S>, timeoutMs: number): Promise<ResponseOn<S> | undefined> {
    return this.questions.ask(question, timeoutMs);
  }

  refresh(): void {
    void this.tell().catch((error: unknown) => this.fail(error));
  }

  close(reason: string): void {
    this.fail(new RpcError('ABORTED', reason));
  }

  refuse(reason: string): void {
    this.fail(new RpcError('UNAUTHENTICATED', reason));
  }

  /** Resolves when the end of the connection has been recorded. */
  async settled(): Promise<void> {
    await this.deliveries.settled();
    await this.released;
  }

  private receive(message: ConnectRequest): void {
    const receivedAt = Date.now();
    this.seenAt = this.with.clock.now();
    if (message.item.case === 'ping') {
      this.pong(message.item.value, receivedAt);
      return;
    }
    this.queue.push(message);
    if (this.queue.length >= maxQueued) {
      this.call.pause();
    }
    if (!this.handling) {
      this.handling = true;
      void this.handleAll();
    }
  }

  private async handleAll(): Promise<void> {
    try {
      for (let next = this.queue.shift(); next !== undefined && !this.ended; next = this.queue.shift()) {
        await this.handle(next);
        if (this.queue.length < maxQueued) {
          this.call.resume();
        }
      }
    } catch (error) {
      this.fail(error);
    }
    this.handling = false;
  }

  private async handle({ item }: ConnectRequest): Promise<void> {
    if (this.epoch === 0n && item.case !== 'hello') {
      throw new RpcError('FAILED_PRECONDITION', 'the first message of a connection is to be hello');
    }
    switch (item.case) {
      case 'hello':
        return this.hello(item.value);
      case 'observed':
        return this.deliveries.observed(item.value);
      case 'frames':
        return this.deliveries.frames(item.value.frames);
      case 'manifest':
        return this.manifest(item.value);
      case 'check':
      case 'probes': {
        const { requestId, response } = item.value;
        this.questions.answered(requestId, response && ({ case: item.case, value: response } as Answer['about']));
        return;
      }
      case 'ping':
      case undefined:
        return;
    }
  }

  private async hello(hello: Hello): Promise<void> {
    if (this.epoch !== 0n) {
      throw new RpcError('FAILED_PRECONDITION', 'hello was said before');
    }
    const { arrivals, agents, refusals, version } = this.with;
    if (hello.nodeId !== this.nodeId) {
      const reason = 'the node in hello is not the one in the certificate';
      const lie = { actor: `node:${this.nodeId}`, action: 'connect', subject: hello.nodeId, requestId: null, reason };
      await refusals.note(lie);
      throw new RpcError('UNAUTHENTICATED', reason);
    }
    const facts = await problemToRpc(async () => readNodeInfo(hello.node));
    const epoch = await arrivals.arrived({ nodeId: this.nodeId, facts, address: this.call.getPeer() });
    if (this.ended) {
      await arrivals.left({ nodeId: this.nodeId, epoch });
      return;
    }
    this.epoch = epoch;
    this.send({ case: 'welcome', value: { controllerVersion: version, connectionEpoch: epoch } });
    // From here on a new session reaches this stream, so the state that is read next cannot miss one.
    agents.add(this);
    await this.tell();
    this.log.info({ connectionEpoch: Number(epoch), address: this.call.getPeer() }, 'agent connected');
  }

  private async manifest(manifest: Manifest): Promise<void> {
    await this.deliveries.settled();
    if (this.ended) {
      return;
    }
    await this.deliveries.manifest(manifest);
    // First what it is to run, without this session: an agent that lets go of it must not start it again.
    await this.tell();
    const { sessionId, bootEpoch } = manifest;
    this.send({ case: 'manifestAck', value: { sessionId, bootEpoch } });
  }

  /** Sends the desired state as it is in the database now; calls while one is being read end in one more. */
  private tell(): Promise<void> {
    this.tellAgain = true;
    this.telling ??= this.tellAll().finally(() => {
      this.telling = undefined;
    });
    return this.telling;
  }

  private async tellAll(): Promise<void> {
    while (this.tellAgain && !this.ended) {
      this.tellAgain = false;
      const assignments = await this.with.desired.of(this.nodeId);
      this.revision += 1n;
      this.send({ case: 'desired', value: { revision: this.revision, assignments } });
    }
  }

  private pong(ping: Ping, receivedAt: number): void {
    this.patienceMs = nodePatienceMs(ping.nextMs);
    const times = { receivedAt: timestampFromMs(receivedAt), sentAt: timestampFromMs(Date.now()) };
    this.send({ case: 'pong', value: { ...(ping.sentAt ? { pingSentAt: ping.sentAt } : {}), ...times } });
  }

  private question(requestId: bigint, { case: subject, value: request }: Question['about']): void {
    if (subject === 'check') this.send({ case: subject, value: { requestId, request } });
    else if (subject === 'probes') this.send({ case: subject, value: { requestId, request } });
  }

  send(item: ResponseItem): void {
    if (!this.ended) {
      this.call.write({ item });
    }
  }

  /** Once; the agent is told whether the trouble is its own. */
  fail(error: unknown): void {
    if (this.ended) {
      return;
    }
    const status = toGrpcStatus(toStreamError(error));
    this.log.warn({ err: error }, 'agent stream ended');
    this.finish(status.details, status);
  }

  /** Once; with a status other than OK where the agent is to know why. */
  private finish(reason: string, status?: grpc.StatusObject): void {
    if (this.ended) {
      return;
    }
    this.ended = true;
    this.queue.length = 0;
    this.with.agents.remove(this);
    this.questions.close();
    if (status === undefined) {
      this.call.end();
    } else {
      this.call.emit('error', status);
    }
    if (this.epoch > 0n) {
      this.released = this.release(reason);
    }
    this.onEnd(this);
  }

  private async release(reason: string): Promise<void> {
    try {
      await this.with.arrivals.left(this.key);
      this.log.info({ connectionEpoch: Number(this.epoch), reason }, 'agent disconnected');
    } catch (err) {
      this.log.warn({ err }, 'the end of a connection could not be recorded; its lease runs out by itself');
    }
  }
}

/** Whatever fails here is the controller's trouble unless it is said to be the agent's: it is to come back. */
function toStreamError(error: unknown): unknown {
  if (error instanceof RpcError) {
    return error;
  }
  return new RpcError('UNAVAILABLE', 'the controller could not handle a message; try again', {}, { cause: error });
}
