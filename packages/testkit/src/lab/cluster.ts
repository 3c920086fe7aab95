import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startEmbeddedPostgres } from '@bpfleet/controller/testing';
import { Child } from './child.ts';
import { bpfleet } from './cli.ts';
import { freePorts } from './free-port.ts';
import { killPostmaster, stopPostmaster } from './postmaster.ts';
import { SmallDisk } from './small-disk.ts';
import { TcpProxy } from './tcp-proxy.ts';
import { until } from './until.ts';

const readyPatienceMs = 90_000;
const callPatienceMs = 10_000;
/** For the write-ahead log of PostgreSQL, up to 1 GiB, and the results. */
const diskMebibytes = 2_048;

/** One controller of several, as a process; its agents come through a proxy. */
export interface Replica {
  readonly url: string;
  readonly proxy: TcpProxy;
  child: Child;
}

/** Several controllers on one PostgreSQL, as processes of this machine; each of them, and the database, may be killed. */
export class Cluster {
  readonly replicas: readonly Replica[];
  readonly databaseUrl: string;
  readonly #dir: string;
  readonly #postgresPort: number;
  readonly #token: string;
  readonly #disk: SmallDisk | undefined;

  private constructor(
    dir: string,
    postgresPort: number,
    databaseUrl: string,
    replicas: readonly Replica[],
    disk: SmallDisk | undefined,
  ) {
    this.#dir = dir;
    this.#disk = disk;
    this.#postgresPort = postgresPort;
    this.databaseUrl = databaseUrl;
    this.replicas = replicas;
    this.#token = readFileSync(join(dir, 'controller-0/admin-token'), 'utf8').trim();
  }

  /** `ownDisk`: the database has one that can be full; only root can give it. */
  static async start(count: number, { ownDisk = false } = {}): Promise<Cluster> {
    const dir = mkdtempSync('/var/tmp/bpfleet-cluster-');
    // PostgreSQL's own user must get through.
    rmSync(dir, { recursive: true });
    mkdirSync(join(dir, 'database'), { recursive: true, mode: 0o755 });
    const disk = ownDisk ? SmallDisk.make(join(dir, 'database'), diskMebibytes) : undefined;
    const [postgresPort = 0, ...ports] = await freePorts(1 + 3 * count);
    const { url } = await startEmbeddedPostgres(join(dir, 'database'), postgresPort);
    const replicas: Replica[] = [];
    for (let index = 0; index < count; index++) {
      const [rest = 0, grpc = 0, agents = 0] = ports.slice(3 * index);
      const dataDir = join(dir, `controller-${index}`);
      // One authority for all: the first makes it.
      if (index > 0) cpSync(join(dir, 'controller-0/ca'), join(dataDir, 'ca'), { recursive: true });
      const host = '127.0.0.1';
      const at = (port: number) => ({ host, port });
      const config = {
        dataDir,
        databaseUrl: url,
        rest: at(rest),
        grpc: at(grpc),
        agents: at(agents),
        logLevel: 'warn',
      };
      writeFileSync(join(dir, `controller-${index}.yaml`), JSON.stringify(config), { mode: 0o600 });
      const child = startController(dir, index);
      replicas.push({ url: `http://${host}:${rest}`, proxy: await TcpProxy.start(agents), child });
      await ready(replicas[index] as Replica);
    }
    return new Cluster(dir, postgresPort, url, replicas, disk);
  }

  get caPem(): string {
    return readFileSync(join(this.#dir, 'controller-0/ca/ca.crt'), 'utf8');
  }

  /** HOST:PORT for agents, of each controller. */
  get addresses(): string[] {
    return this.replicas.map(({ proxy }) => `127.0.0.1:${proxy.port}`);
  }

  /** A controller that was killed, again; and again where the database is away, as whatever supervises it would. */
  async restart(index: number): Promise<void> {
    const replica = this.replicas[index];
    if (!replica || replica.child.running) return;
    const answers = async () => {
      if (!replica.child.running) replica.child = startController(this.#dir, index);
      return isReady(replica);
    };
    await until('a controller to be ready', answers, readyPatienceMs);
  }

  /** PostgreSQL dies at once, and comes again. */
  async killDatabase(): Promise<void> {
    await killPostmaster(join(this.#dir, 'database/postgres'));
    await this.#databaseAgain();
  }

  /** The database's disk is full for so long; it may die of it, and comes again. Throws Error where it has no disk of its own. */
  async fillDisk(lastsMs: number): Promise<void> {
    if (!this.#disk) throw new Error('the database has no disk of its own');
    this.#disk.fill();
    await sleep(lastsMs);
    this.#disk.free();
    await this.#databaseAgain();
  }

  /** A controller is told to end, does so in order, and comes again. */
  async cycle(index: number): Promise<void> {
    await this.replicas[index]?.child.stop();
    await this.restart(index);
  }

  async #databaseAgain(): Promise<void> {
    // Its processes hold the memory and the port until each has noticed.
    const again = () =>
      startEmbeddedPostgres(join(this.#dir, 'database'), this.#postgresPort).then(
        () => true,
        () => false,
      );
    await until('PostgreSQL to start again', again, readyPatienceMs);
  }

  /** A call of the REST API on the first controller that answers. Throws Error where it is no success. */
  async call<T>(method: string, path: string, body?: object): Promise<T> {
    let last: unknown;
    for (const { url } of this.replicas.filter(({ child }) => child.running)) {
      try {
        const response = await fetch(`${url}/api/v1${path}`, {
          method,
          headers: { authorization: `Bearer ${this.#token}`, 'content-type': 'application/json' },
          signal: AbortSignal.timeout(callPatienceMs),
          ...(body ? { body: JSON.stringify(body) } : {}),
        });
        if (response.ok) return (await response.json()) as T;
        last = new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
      } catch (error) {
        last = error;
      }
    }
    throw last;
  }

  async close(): Promise<void> {
    await Promise.all(this.replicas.map(({ child }) => child.stop()));
    await Promise.all(this.replicas.map(({ proxy }) => proxy.close()));
    await stopPostmaster(join(this.#dir, 'database/postgres'));
    this.#disk?.close();
    rmSync(this.#dir, { recursive: true, force: true });
  }
}

function startController(dir: string, index: number): Child {
  const args = ['controller', '--config', join(dir, `controller-${index}.yaml`)];
  return new Child(bpfleet, args, { log: join(dir, `controller-${index}.log`) });
}

/** Throws Error with the controller's last words where it ends instead. */
async function ready(replica: Replica): Promise<void> {
  const answers = () => {
    if (!replica.child.running) throw new Error(`the controller ended: ${replica.child.tail(3)}`);
    return isReady(replica);
  };
  await until('a controller to be ready', answers, readyPatienceMs);
}

function isReady({ url }: Replica): Promise<boolean> {
  return fetch(`${url}/api/v1/readyz`, { signal: AbortSignal.timeout(2_000) }).then(
    (response) => response.ok,
    () => false,
  );
}
