import { readFileSync } from 'node:fs';
import type { Node } from '@bpfleet/client';
import { Lab, TcpProxy, until } from '@bpfleet/testkit';
import { FleetError, step } from '../fleet-error.ts';
import { guestContents } from '../guest/content.ts';
import { Guest } from '../guest/guest.ts';
import type { GuestContent } from '../guest/initramfs.ts';
import { guestMemory } from '../guest/qemu.ts';
import type { GuestKind } from '../guests.ts';
import { eachOf } from './each-of.ts';
import { type FleetNode, runOnHost } from './fleet-node.ts';

/** Emulated machines that do something at the same time: as many as the host has processors to spare for. */
export const atOnce = 2;

/** What the host itself, PostgreSQL and the controller need. */
const reservedMemory = 1536 * 1024 * 1024;
const hostName = 'host';

/** A controller on this machine, guests, and the host as a node. */
export class Fleet {
  readonly lab: Lab;
  readonly nodes: FleetNode[] = [];
  /** Guests that did not come to be, and why. */
  readonly failures: { readonly kind: GuestKind; readonly reason: string }[] = [];
  readonly #guests: Guest[] = [];
  readonly #proxies: TcpProxy[] = [];

  private constructor(lab: Lab) {
    this.lab = lab;
  }

  /**
   * Fetches what is needed, and boots and enrols the guests. One that fails leaves the others alone.
   *
   * @param tell is given a line for each thing that is done
   * @throws FleetError where there can be no fleet at all
   */
  static async start(kinds: readonly GuestKind[], tell: (line: string) => void): Promise<Fleet> {
    const contents = await guestContents(kinds);
    const fleet = new Fleet(await step('host', 'starting the controller', () => Lab.start()));
    try {
      await fleet.#enrolHost();
      await eachOf([...contents], atOnce, async ([kind, content]) => {
        const start = performance.now();
        try {
          if (content instanceof Error) throw content;
          const guest = await fleet.#boot(kind, content);
          tell(`${kind.name}: up in ${((performance.now() - start) / 1000).toFixed(1)} s: ${guest.uname}`);
        } catch (error) {
          const reason = error instanceof Error ? error.message : String(error);
          fleet.failures.push({ kind, reason });
          tell(reason);
        }
      });
      return fleet;
    } catch (error) {
      await fleet.close();
      throw error;
    }
  }

  node(name: string): FleetNode {
    const node = this.nodes.find((each) => each.name === name);
    if (!node) throw new FleetError(`${name} is not part of this fleet.`);
    return node;
  }

  /** Waits for nodes that were too busy to answer, as emulated ones are: the controller takes them for dead, and they come back. */
  async allOnline(names: readonly string[]): Promise<void> {
    await until(
      'every node to be online',
      async () => {
        const online = (await this.lab.nodes()).filter(({ state }) => state === 'online').map(({ name }) => name);
        return names.every((name) => online.includes(name));
      },
      60_000,
    );
  }

  /** Ends guests, agents and controller; what they wrote to .state stays. */
  async close(): Promise<void> {
    await Promise.all(this.#guests.map((guest) => guest.powerOff()));
    await Promise.all(this.#proxies.map((proxy) => proxy.close()));
    await this.lab.close();
  }

  async #enrolHost(): Promise<void> {
    await this.lab.startAgent(hostName);
    const info = await step(hostName, 'enrolling its agent', () => this.#online(hostName, 30_000));
    this.nodes.push({ name: hostName, info, run: runOnHost });
  }

  async #boot(kind: GuestKind, content: GuestContent): Promise<Guest> {
    const free = availableMemory() - reservedMemory;
    if (free < guestMemory)
      throw new FleetError(
        `${kind.name}: not booted: it needs ${mib(guestMemory)} MiB of memory, and ${mib(Math.max(free, 0))} MiB are free.`,
      );
    const guest = await Guest.boot(kind, content);
    this.#guests.push(guest);
    const proxy = await TcpProxy.start(this.lab.agentsPort);
    this.#proxies.push(proxy);
    const info = await step(kind.name, 'enrolling its agent', () => this.#enrol(guest, proxy));
    this.nodes.push({
      name: kind.name,
      info,
      run: (command) => guest.console.run(command),
      guest: { machine: guest, proxy },
    });
    return guest;
  }

  async #enrol({ kind, console }: Guest, proxy: TcpProxy): Promise<Node> {
    const token = await this.lab.joinToken();
    const options = `--join ${token} --controller 10.0.2.2:${proxy.port} --name ${kind.name}`;
    await console.run(`bpfleet agent ${options} >/tmp/agent.log 2>&1 & echo $! >/tmp/agent.pid`);
    try {
      return await this.#online(kind.name, 90_000);
    } catch (cause) {
      const log = await console.run('tail -n 3 /tmp/agent.log').catch((error: Error) => error.message);
      throw new Error(`${(cause as Error).message}; its agent's last words: ${log.trim()}`, { cause });
    }
  }

  async #online(name: string, patienceMs: number): Promise<Node> {
    let node: Node | undefined;
    const isOnline = async () => {
      const { items } = await this.lab.get<{ items: Node[] }>('/nodes');
      node = items.find((each) => each.name === name && each.state === 'online');
      return node !== undefined;
    };
    await until(`${name} to be online`, isOnline, patienceMs);
    if (!node) throw new Error(`${name} is not online`);
    return node;
  }
}

/** Bytes that the kernel thinks programs can have without swapping. */
function availableMemory(): number {
  return Number(/^MemAvailable:\s+(\d+) kB$/m.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1]) * 1024;
}

const mib = (bytes: number) => Math.floor(bytes / 1024 / 1024);
