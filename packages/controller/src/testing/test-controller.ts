import { chmod, cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { type ControllerConfig, defaultCapacity, defaultRetention } from '../config/controller-config.ts';
import { openDatabase } from '../database/data-source.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../database/embedded-postgres.ts';
import { type RunningController, startController } from '../start-controller.ts';
import { enrol, ScriptedAgent, type TestIdentity } from './scripted-agent.ts';

/** A PostgreSQL server for the tests of one file; each test gets a database of its own. */
export interface TestServer {
  /** A migrated, empty database. */
  database(): Promise<{ url: string; source: DataSource }>;
  stop(): Promise<void>;
}

/** A server of our own, or that of BPFLEET_TEST_DATABASE_URL: another version of PostgreSQL. */
export async function startTestServer(): Promise<TestServer> {
  const folder = await testFolder();
  const { BPFLEET_TEST_DATABASE_URL: url } = process.env;
  const server: EmbeddedPostgres = url ? { url, stop: async () => undefined } : await startEmbeddedPostgres(folder);
  const admin = new DataSource({ type: 'postgres', driver: (await import('pg')).default, url: server.url });
  await admin.initialize();
  const open: DataSource[] = [];
  let made = 0;
  return {
    async database() {
      const name = `test_${process.pid}_${++made}`;
      await admin.query(`create database ${name}`);
      const url = server.url.replace(/\/postgres$/, `/${name}`);
      const source = await openDatabase(url);
      open.push(source);
      return { url, source };
    },
    async stop() {
      await Promise.all(open.filter((source) => source.isInitialized).map((source) => source.destroy()));
      await admin.destroy();
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A folder that PostgreSQL's user may enter. */
export async function testFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'bpfleet-test-'));
  await chmod(folder, 0o755);
  return folder;
}

export interface Answer<T = Record<string, unknown>> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
}

export interface AuditedEntry {
  readonly actor: string;
  readonly action: string;
  readonly outcome: string;
  readonly requestId: string | null;
  readonly detail: { readonly reason?: string };
}

/** A controller on free ports, and ways to call it. */
export class TestController {
  readonly running: RunningController;
  readonly config: ControllerConfig;
  readonly source: DataSource;

  private constructor(running: RunningController, config: ControllerConfig, source: DataSource) {
    this.running = running;
    this.config = config;
    this.source = source;
  }

  static async start(server: TestServer, over: Partial<ControllerConfig> = {}): Promise<TestController> {
    const { url, source } = await server.database();
    const free = { host: '127.0.0.1', port: 0 };
    const config = {
      dataDir: await testFolder(),
      databaseUrl: url,
      rest: free,
      grpc: free,
      agents: free,
      rate: { perSecond: 100_000, burst: 100_000 },
      logLevel: 'silent',
      capacity: defaultCapacity,
      retention: defaultRetention,
      tools: [],
      ...over,
    } as const;
    return new TestController(await startController(config), config, source);
  }

  /** Another controller with the same data. */
  async restart(): Promise<TestController> {
    await this.running.close();
    return new TestController(await startController(this.config), this.config, this.source);
  }

  /** Another controller on the same database, of the same fleet. */
  async replica(): Promise<TestController> {
    const dataDir = await testFolder();
    await cp(join(this.config.dataDir, 'ca'), join(dataDir, 'ca'), { recursive: true });
    const config = { ...this.config, dataDir };
    return new TestController(await startController(config), config, await openDatabase(config.databaseUrl ?? ''));
  }

  async stop(): Promise<void> {
    await this.running.close();
    await this.source.destroy();
    await rm(this.config.dataDir, { recursive: true, force: true });
  }

  /** The last entries of the audit log, oldest first. */
  async audited(limit = 1_000): Promise<AuditedEntry[]> {
    const { body } = await this.call<{ items: AuditedEntry[] }>('GET', `/audit?limit=${limit}`);
    return body.items.toReversed();
  }

  caPem(): Promise<string> {
    return readFile(join(this.config.dataDir, 'ca', 'ca.crt'), 'utf8');
  }

  async joinToken(ttl = '1h'): Promise<string> {
    const { body } = await this.call<{ token: string }>('POST', '/tokens', { kind: 'join', ttl });
    return body.token;
  }

  async enrol(name: string, labels?: Record<string, string>): Promise<TestIdentity> {
    return enrol(this.running.agentAddress, await this.caPem(), await this.joinToken(), name, labels);
  }

  async agent(name: string, labels?: Record<string, string>): Promise<ScriptedAgent> {
    return ScriptedAgent.connected(this.running.agentAddress, await this.enrol(name, labels));
  }

  /** Makes a session, with the agents answering the check. Returns its identifier once each was told to run it. */
  async session(agents: readonly ScriptedAgent[], over: Record<string, unknown> = {}): Promise<string> {
    const program = { kind: 'script', source: 'tracepoint:syscalls:sys_enter_openat { @opens[comm] = count(); }' };
    const created = this.call<{ session: { id: string } }>('POST', '/sessions', {
      program,
      nodes: 'all',
      for: '5s',
      every: '1s',
      ...over,
    });
    for (const agent of agents) {
      const { requestId } = await agent.next('check');
      agent.send({ case: 'check', value: { requestId, response: { loads: true } } });
    }
    const { status, body } = await created;
    if (status !== 202) {
      throw new Error(JSON.stringify(body));
    }
    for (const agent of agents) {
      await agent.next('desired');
    }
    return body.session.id;
  }

  async call<T = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer<T>> {
    const response = await fetch(`${this.running.restUrl}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.running.bootstrapAdminToken}`,
        'content-type': 'application/json',
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson =
      response.headers.get('content-type')?.includes('json') === true &&
      !response.headers.get('content-type')?.includes('ndjson');
    return { status: response.status, headers: response.headers, body: (isJson ? JSON.parse(text) : text) as T };
  }
}
