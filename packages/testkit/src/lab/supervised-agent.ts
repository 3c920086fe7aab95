import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AgentService, CollectionState, grpcClient } from '@bpfleet/contracts';
import * as grpc from '@grpc/grpc-js';
import { Child } from './child.ts';
import { cliMain } from './cli.ts';
import { until } from './until.ts';

export interface SupervisedAgentPlan {
  readonly name: string;
  /** HOST:PORT of each controller. */
  readonly addresses: readonly string[];
  readonly joinToken: string;
}

const againAfterMs = 200;
const upPatienceMs = 60_000;
const answerPatienceMs = 2_000;

/** A real agent on this host's kernel, as a process that is started again whenever it ends, as a service is; it may be killed. */
export class SupervisedAgent {
  readonly name: string;
  /** Identity, boot epoch and spool. */
  readonly stateDir: string;
  readonly #config: string;
  readonly #log: string;
  #child: Child | null = null;
  #wanted = false;

  /** `logs`: a folder apart, because the state may lie on a disk that is full. Starts with `start`. */
  constructor(folder: string, logs: string, { name, addresses, joinToken }: SupervisedAgentPlan) {
    this.name = name;
    this.stateDir = join(folder, name);
    this.#config = join(logs, `${name}.yaml`);
    this.#log = join(logs, `${name}.log`);
    mkdirSync(logs, { recursive: true });
    const config = { stateDir: this.stateDir, controller: addresses.join(','), joinToken, name, logLevel: 'warn' };
    // JSON is YAML.
    writeFileSync(this.#config, JSON.stringify(config), { mode: 0o600 });
  }

  get running(): boolean {
    return this.#child?.running === true;
  }

  /** From now on there is a process, however often it ends. */
  start(): void {
    if (this.#wanted) return;
    this.#wanted = true;
    void this.#keep();
  }

  /** Resolves once it serves its socket. Throws Error with its last words. */
  async up(): Promise<void> {
    const answers = () => this.#collections().then((found) => found !== null);
    await until(`agent ${this.name} to be up`, answers, upPatienceMs).catch((error: Error) => {
      throw new Error(`${error.message}: ${this.#child?.tail(3)}`);
    });
  }

  /** SIGKILL; it stays away until `start`. */
  async kill(): Promise<void> {
    this.#wanted = false;
    await this.#child?.kill();
  }

  /** Asks it to end, and waits for that. */
  async stop(): Promise<void> {
    this.#wanted = false;
    await this.#child?.stop();
  }

  /** Whether it says that this session's programs are attached here now. */
  async hasAttached(sessionId: string): Promise<boolean> {
    const found = (await this.#collections()) ?? [];
    return found.some((each) => each.sessionId === sessionId && each.state === CollectionState.ATTACHED);
  }

  /** Null while it does not answer. */
  async #collections() {
    // One connection a question: gRPC waits a while before it dials a socket again that was away.
    const socket = `unix:${join(this.stateDir, 'agent.sock')}`;
    const client = grpcClient(AgentService, socket, grpc.credentials.createInsecure());
    try {
      return (await client.list({}, { deadlineMs: answerPatienceMs })).collections;
    } catch {
      return null;
    } finally {
      client.close();
    }
  }

  async #keep(): Promise<void> {
    while (this.#wanted) {
      this.#child = new Child(process.execPath, [cliMain, 'agent', '--config', this.#config], { log: this.#log });
      await this.#child.exited;
      if (this.#wanted) await sleep(againAfterMs);
    }
  }
}
