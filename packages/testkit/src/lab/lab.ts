import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Child } from './child.ts';
import { bpfleet, type CliResult, cliMain, runCli } from './cli.ts';
import { freePorts } from './free-port.ts';
import { startInNamespace } from './network-node.ts';
import { postmasterPid, stopPostmaster } from './postmaster.ts';
import { until } from './until.ts';

interface Ports {
  readonly rest: number;
  readonly grpc: number;
  readonly agents: number;
}

/**
 * A controller with its own PostgreSQL, and agents each in a network namespace, as processes of this machine:
 * the same commands that people run, with nothing in between.
 */
export class Lab {
  readonly url: string;
  readonly dir: string;
  readonly agents = new Map<string, Child>();
  readonly #ports: Ports;
  #controller: Child | undefined;
  #token = '';

  private constructor(dir: string, ports: Ports) {
    this.dir = dir;
    this.#ports = ports;
    this.url = `http://127.0.0.1:${ports.rest}`;
  }

  /**
   * Starts the controller. The lab's folder is one that PostgreSQL's own user can reach.
   *
   * @param ports for REST, gRPC and agents
   * @throws Error with the controller's last words; then nothing is left behind
   */
  static async start(ports?: readonly number[]): Promise<Lab> {
    const [rest = 0, grpc = 0, agents = 0] = ports ?? (await freePorts(3));
    const dir = mkdtempSync('/var/tmp/bpfleet-lab-');
    // PostgreSQL runs as another user than root and must get through.
    rmSync(dir, { recursive: true });
    mkdirSync(dir, { mode: 0o755 });
    mkdirSync(join(dir, 'logs'));
    const lab = new Lab(dir, { rest, grpc, agents });
    try {
      await lab.startController();
    } catch (error) {
      await lab.close();
      throw error;
    }
    return lab;
  }

  get agentsPort(): number {
    return this.#ports.agents;
  }

  get controller(): Child {
    if (!this.#controller) throw new Error('the controller was not started');
    return this.#controller;
  }

  /** Of the controller's own PostgreSQL. */
  get postgresPid(): number {
    const pid = postmasterPid(join(this.dir, 'controller/postgres'));
    if (pid === null) throw new Error('PostgreSQL does not run');
    return pid;
  }

  /** Environment in which a bpfleet command talks to this lab. */
  get env(): NodeJS.ProcessEnv {
    return { BPFLEET_URL: this.url, BPFLEET_TOKEN: this.#token };
  }

  async startController(): Promise<void> {
    const config = this.write('controller.yaml', {
      dataDir: join(this.dir, 'controller'),
      rest: { host: '127.0.0.1', port: this.#ports.rest },
      grpc: { host: '127.0.0.1', port: this.#ports.grpc },
      agents: { host: '0.0.0.0', port: this.#ports.agents },
      // Thousands of simulated nodes get their join tokens at once.
      rate: { perSecond: 10_000, burst: 10_000 },
      logLevel: 'info',
    });
    const child = new Child(bpfleet, ['controller', '--config', config], {
      log: join(this.dir, 'logs/controller.log'),
    });
    this.#controller = child;
    const ready = async () => {
      if (!child.running) throw new Error(`the controller ended: ${child.tail(1)}`);
      return fetch(`${this.url}/api/v1/readyz`).then(
        (response) => response.ok,
        () => false,
      );
    };
    await until('the controller to be ready', ready, 60_000);
    this.#token = readFileSync(join(this.dir, 'controller/admin-token'), 'utf8').trim();
  }

  /** Enrols a new agent in a network namespace of its own, or starts again one that has an identity here. */
  async startAgent(name: string, labels: Record<string, string> = {}): Promise<Child> {
    const known = this.agents.has(name);
    const joinToken = known ? undefined : await this.joinToken();
    const { child } = await startInNamespace(
      process.execPath,
      (gateway) => {
        const config = this.write(`${name}.yaml`, {
          stateDir: join(this.dir, name),
          controller: `${gateway}:${this.#ports.agents}`,
          ...(joinToken ? { joinToken } : {}),
          name,
          labels,
          logLevel: 'info',
        });
        return [cliMain, 'agent', '--config', config];
      },
      { log: join(this.dir, `logs/${name}.log`) },
    );
    this.agents.set(name, child);
    return child;
  }

  /** A join token for one agent, also for one that the lab does not start. */
  async joinToken(): Promise<string> {
    const { code, stdout, stderr } = await this.cli('token', 'create', '--join', '-o', 'json');
    if (code !== 0) throw new Error(`no join token: ${stderr}`);
    return (JSON.parse(stdout) as { token: string }).token;
  }

  cli(...args: string[]): Promise<CliResult> {
    return runCli(args, this.env);
  }

  async online(count: number): Promise<void> {
    await until(
      `${count} nodes online`,
      async () => {
        for (const [name, child] of this.agents)
          if (!child.running) throw new Error(`agent ${name} ended:\n${child.tail()}`);
        return (await this.nodes()).filter((node) => node.state === 'online').length >= count;
      },
      30_000,
    );
  }

  async nodes(): Promise<{ id: string; name: string; state: string }[]> {
    return (await this.get<{ items: { id: string; name: string; state: string }[] }>('/nodes')).items;
  }

  get<T>(path: string): Promise<T> {
    return this.call('GET', path);
  }

  /** A call of the REST API. Throws Error with the answer where it is no success. */
  async call<T>(method: string, path: string, body?: object): Promise<T> {
    const headers = { ...this.authorization, 'content-type': 'application/json' };
    const init = { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) };
    const response = await fetch(`${this.url}/api/v1${path}`, init);
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }

  /** The header that says who calls. */
  get authorization(): Record<string, string> {
    return { authorization: `Bearer ${this.#token}` };
  }

  /** Of the authority that signed the controller's certificate. */
  get caPem(): string {
    return readFileSync(join(this.dir, 'controller/ca/ca.crt'), 'utf8');
  }

  /** Ends everything that this lab started, and removes its folder. */
  async close(): Promise<void> {
    await Promise.all([...this.agents.values()].map((agent) => agent.stop()));
    await this.#controller?.stop();
    await stopPostmaster(join(this.dir, 'controller/postgres'));
    rmSync(this.dir, { recursive: true, force: true });
  }

  /** A file of settings in the lab's folder. Returns its path. */
  write(name: string, config: object): string {
    const path = join(this.dir, name);
    // JSON is YAML.
    writeFileSync(path, JSON.stringify(config), { mode: 0o600 });
    return path;
  }
}
