import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@bpfleet/runtime';
import { Inject, Injectable } from '@nestjs/common';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { LOGGER } from '../config/tokens.ts';

/** What a hint is about; each carries the identifier of one. */
export type HintTopic =
  /** Of a session: what its nodes are to run has changed. */
  | 'assignments'
  /** Of a question to nodes that are connected elsewhere, and of one that was answered. */
  | 'question'
  | 'answer';

const channel = 'bpfleet';
const retryMs = 1_000;
const hintsPerNotification = 100;

/**
 * Tells the other controllers on this database to look at something at once (LISTEN, NOTIFY). A hint may be lost - while no
 * connection is there nobody listens - so whoever waits for one also looks now and then by itself.
 */
@Injectable()
export class Hints {
  private readonly self = randomUUID();
  private readonly events = new EventEmitter().setMaxListeners(0);
  private readonly unsaid = new Set<string>();
  private saying: Promise<void> | undefined;
  private client: pg.Client | undefined;
  private readonly stopping = new AbortController();
  private listening: Promise<void> = Promise.resolve();

  constructor(
    @Inject(DataSource) private readonly database: DataSource,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  /** Listens until `stop`, connecting again as often as need be. */
  start(): void {
    this.listening = this.keepListening();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.client?.end().catch(() => undefined);
    await Promise.all([this.listening, this.saying]);
  }

  /** `hear` is called with the identifier, on every controller and on this one; returns what ends that. */
  on(topic: HintTopic, hear: (id: string) => void): () => void {
    this.events.on(topic, hear);
    return () => this.events.off(topic, hear);
  }

  /** Here at once, elsewhere together with what else is said until the last notification has gone out. */
  publish(topic: HintTopic, id: string): void {
    this.events.emit(topic, id);
    this.unsaid.add(`${topic} ${id}`);
    this.saying ??= this.sayAll().finally(() => {
      this.saying = undefined;
    });
  }

  private async sayAll(): Promise<void> {
    await Promise.resolve();
    while (this.unsaid.size > 0) {
      const hints = [...this.unsaid].slice(0, hintsPerNotification);
      for (const hint of hints) {
        this.unsaid.delete(hint);
      }
      try {
        await this.database.query('select pg_notify($1, $2)', [channel, [this.self, ...hints].join('\n')]);
      } catch (err) {
        this.log.debug({ err }, 'a hint could not be given');
      }
    }
  }

  private async keepListening(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      try {
        await this.listen();
      } catch (err) {
        this.log.debug({ err }, 'no connection for hints');
      }
      await sleep(retryMs, undefined, { signal: this.stopping.signal }).catch(() => undefined);
    }
  }

  private async listen(): Promise<void> {
    const { url } = this.database.options as { url?: string };
    const client = new pg.Client({ ...(url ? { connectionString: url } : {}), application_name: 'bpfleet-hints' });
    this.client = client;
    const ended = new Promise<void>((resolve) => client.once('end', () => resolve()));
    client.on('error', () => undefined);
    client.on('notification', ({ payload = '' }) => this.heard(payload));
    await client.connect();
    await client.query(`listen ${channel}`);
    if (this.stopping.signal.aborted) {
      await client.end();
    }
    await ended;
  }

  private heard(payload: string): void {
    const [from, ...hints] = payload.split('\n');
    for (const hint of from === this.self ? [] : hints) {
      const [topic = '', id = ''] = hint.split(' ');
      this.events.emit(topic, id);
    }
  }
}
