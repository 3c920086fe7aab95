import { resolve } from 'node:path';
import type { Node } from '@bpfleet/client';
import { Lab, TcpProxy, until } from '@bpfleet/testkit';
import { type ProgramFolders, programFolders } from '../conform/program-folders.ts';
import { FleetError, step } from '../fleet-error.ts';
import type { Capability } from '../guest/agent.ts';
import { guestContents } from '../guest/content.ts';
import { consoleLog, Guest } from '../guest/guest.ts';
import type { GuestContent } from '../guest/initramfs.ts';
import type { GuestKind } from '../guests.ts';
import { eachOf } from './each-of.ts';
import { conformWords, type FleetNode, runOnHost } from './fleet-node.ts';
import { memoryShortage } from './memory-shortage.ts';

/** Emulated machines that do something at the same time: as many as the host has processors to spare for. */
export const atOnce = 2;

/** How long an agent may take to come or to go. */
const agentMs = 180_000;
/** How long a busy guest may be away. */
const backMs = 120_000;
/** Of a guest's programs. */
const guestFolders: ProgramFolders = {
  language: '/programs/language',
  library: '/programs/library',
  workloads: '/programs/library',
  tools: '/programs/tools',
};
const hostName = 'host';
const conformMain = resolve(import.meta.dirname, '../conform/main.ts');

/** A controller on this machine, guests, and the host as a node. */
export class Fleet {
  readonly nodes: FleetNode[] = [];
  /** Guests that did not come to be, and why. */
  readonly failures: { readonly kind: GuestKind; readonly reason: string }[] = [];
  readonly #guests: Guest[] = [];
  readonly #proxies: TcpProxy[] = [];
  readonly #abort = new AbortController();
  #starting: Promise<void> = Promise.resolve();
  #closing: Promise<void> | null = null;
  #lab: Lab | null = null;
  /** Guests that have not touched all of their memory yet. */
  #booting = 0;

  get lab(): Lab {
    if (this.#lab === null) throw new FleetError('host: the controller was not started');
    return this.#lab;
  }

  /**
   * Fetches what is needed, and boots and enrols the guests. One that fails leaves the others alone. Whatever comes of it,
   * close() ends it.
   *
   * @param services whether guests have a disk of services
   * @param tell is given a line for each thing that is done
   * @throws FleetError where there can be no fleet at all
   */
  start(kinds: readonly GuestKind[], services: boolean, tell: (line: string) => void): Promise<void> {
    const started = this.#start(kinds, services, tell);
    this.#starting = started.catch(() => undefined);
    return started;
  }

  async #start(kinds: readonly GuestKind[], services: boolean, tell: (line: string) => void): Promise<void> {
    const contents = await guestContents(kinds, services, this.#abort.signal);
    this.#abort.signal.throwIfAborted();
    this.#lab = await step('host', 'starting the controller', () => Lab.start());
    await this.#enrolHost(await step('programs', 'fetching them', programFolders));
    await eachOf([...contents], atOnce, async ([kind, content]) => {
      const start = performance.now();
      try {
        if (content instanceof Error) throw content;
        const guest = await this.#boot(kind, content);
        tell(`${kind.name}: up in ${((performance.now() - start) / 1000).toFixed(1)} s: ${guest.uname}`);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        this.failures.push({ kind, reason });
        tell(reason);
      }
    });
  }

  node(name: string): FleetNode {
    const node = this.nodes.find((each) => each.name === name);
    if (!node) throw new FleetError(`${name} is not part of this fleet.`);
    return node;
  }

  /**
   * Waits for nodes that were too busy to answer, as emulated ones are: the controller takes them for dead, and they come
   * back. Gives those that have ended or have not come back in time.
   */
  async awaitBack(nodes: readonly FleetNode[]): Promise<readonly FleetNode[]> {
    let absent = nodes;
    const look = async () => {
      const online = (await this.lab.nodes()).filter(({ state }) => state === 'online').map(({ name }) => name);
      absent = nodes.filter((node) => hasEnded(node) || !online.includes(node.name));
      return absent.every(hasEnded);
    };
    await until('every node to be online', look, backMs).catch(() => undefined);
    return absent;
  }

  /**
   * Has every guest's agent run with these capabilities besides those that each has. One that does not come up again is for
   * leaveOutAbsent() to find.
   */
  async giveAgents(capabilities: readonly Capability[]): Promise<void> {
    await eachOf([...this.nodes], atOnce, async ({ name, guest }) => {
      if (guest === undefined || guest.machine.agent.has(capabilities) || !guest.machine.machine.running) return;
      const { machine, proxy } = guest;
      await machine.agent.stop();
      await until(`${name} to be away`, async () => !(await this.#whileOnline(name)), agentMs);
      await machine.agent.start(agentOptions(machine, proxy), capabilities);
      await this.#agentOnline(machine).catch(() => undefined);
    });
  }

  /** Makes the nodes that are not there no part of the fleet any more: why, by node. */
  async leaveOutAbsent(): Promise<Map<FleetNode, string>> {
    const absent = await this.awaitBack([...this.nodes]);
    for (const node of absent) this.nodes.splice(this.nodes.indexOf(node), 1);
    return new Map(absent.map((node) => [node, absence(node)]));
  }

  /** Ends guests, agents and controller, also where they have not all started yet; what they wrote to .state stays. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  get closing(): boolean {
    return this.#closing !== null;
  }

  async #close(): Promise<void> {
    this.#abort.abort();
    await this.#starting;
    await Promise.all(this.#guests.map((guest) => guest.powerOff()));
    await Promise.all(this.#proxies.map((proxy) => proxy.close()));
    await this.#lab?.close();
  }

  async #enrolHost(programs: ProgramFolders): Promise<void> {
    await this.lab.startAgent(hostName);
    const info = await step(hostName, 'enrolling its agent', () => this.#online(hostName, 30_000));
    this.nodes.push({
      name: hostName,
      info,
      run: runOnHost,
      conform: (wanted) => `'${process.execPath}' '${conformMain}' ${conformWords(wanted, programs)}`,
    });
  }

  async #boot(kind: GuestKind, content: GuestContent): Promise<Guest> {
    const shortage = memoryShortage(process.availableMemory(), this.#booting);
    if (shortage !== null) throw new FleetError(`${kind.name}: not booted: ${shortage}`);
    this.#booting++;
    const guest = await Guest.boot(kind, content, this.#abort.signal).finally(() => this.#booting--);
    this.#guests.push(guest);
    const proxy = await TcpProxy.start(this.lab.agentsPort);
    this.#proxies.push(proxy);
    const info = await step(kind.name, 'enrolling its agent', () => this.#enrol(guest, proxy));
    this.nodes.push({
      name: kind.name,
      info,
      run: (command, patienceMs) => guest.console.run(command, patienceMs),
      conform: (wanted) => `bpfleet conform ${conformWords(wanted, guestFolders)}`,
      guest: { machine: guest, proxy },
    });
    return guest;
  }

  async #enrol(guest: Guest, proxy: TcpProxy): Promise<Node> {
    await guest.agent.start(`--join ${await this.lab.joinToken()} ${agentOptions(guest, proxy)}`);
    return this.#agentOnline(guest);
  }

  async #agentOnline({ kind, agent }: Guest): Promise<Node> {
    try {
      return await this.#online(kind.name, agentMs);
    } catch (cause) {
      const log = await agent.log().catch((error: Error) => error.message);
      const words = log.trim().split('\n').slice(-3).join('\n');
      throw new Error(`${(cause as Error).message}; its agent's last words: ${words}`, { cause });
    }
  }

  async #online(name: string, patienceMs: number): Promise<Node> {
    let node: Node | undefined;
    const look = async () => {
      node = await this.#whileOnline(name);
      return node !== undefined;
    };
    await until(`${name} to be online`, look, patienceMs);
    if (!node) throw new Error(`${name} is not online`);
    return node;
  }

  async #whileOnline(name: string): Promise<Node | undefined> {
    const { items } = await this.lab.get<{ items: Node[] }>('/nodes');
    return items.find((each) => each.name === name && each.state === 'online');
  }
}

function agentOptions({ kind }: Guest, proxy: TcpProxy): string {
  return `--controller 10.0.2.2:${proxy.port} --name ${kind.name}`;
}

function hasEnded({ guest }: FleetNode): boolean {
  return guest !== undefined && !guest.machine.machine.running;
}

function absence(node: FleetNode): string {
  const log = node.guest === undefined ? '' : ` (console: ${consoleLog(node.guest.machine.kind)})`;
  const what = hasEnded(node) ? 'the guest has ended' : `its agent was not online for ${backMs / 1000} s`;
  return `${node.name}: ${what}${log}`;
}
