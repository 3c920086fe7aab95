import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Child } from '@bpfleet/testkit';
import { step } from '../fleet-error.ts';
import type { GuestKind } from '../guests.ts';
import { fleetState } from '../state.ts';
import { agentLog, GuestAgent } from './agent.ts';
import { Console } from './console.ts';
import { frequencyOptions } from './frequencies.ts';
import { type GuestContent, writeInitramfs } from './initramfs.ts';
import { type Boot, qemu } from './qemu.ts';

const bootMs = 300_000;
const lastWordsMs = 3_000;

/** Folder of the logs: each guest's console, from its first line to its last. */
const logs = join(fleetState, 'logs');

/** A booted guest. */
export class Guest {
  readonly kind: GuestKind;
  /** The kernel's own `uname -a`. */
  readonly uname: string;
  readonly machine: Child;
  readonly console: Console;
  readonly agent: GuestAgent;

  private constructor(kind: GuestKind, uname: string, machine: Child, console: Console) {
    this.kind = kind;
    this.uname = uname;
    this.machine = machine;
    this.console = console;
    this.agent = new GuestAgent(console);
  }

  /**
   * Boots a guest up to the point where its console takes commands. Abort ends it on the way.
   *
   * @throws FleetError naming the guest and the step; then it is gone
   */
  static async boot(kind: GuestKind, content: GuestContent, signal: AbortSignal, patienceMs = bootMs): Promise<Guest> {
    mkdirSync(logs, { recursive: true });
    // A unix socket's path is short.
    const work = mkdtempSync(join(tmpdir(), 'bpfleet-guest-'));
    try {
      signal.throwIfAborted();
      const initramfs = join(work, 'initramfs');
      await step(kind.name, 'making its root file system', () => writeInitramfs(initramfs, content));
      const frequencies = await step(kind.name, 'making its frequencies', () => frequencyOptions(kind, work));
      const { disk } = content;
      return await step(kind.name, `booting (console: ${consoleLog(kind)})`, () =>
        start(kind, work, { kernel: kernelImage(content), initramfs, frequencies, disk }),
      );
    } finally {
      // QEMU has read its files and the console is connected.
      rmSync(work, { recursive: true, force: true });
    }

    async function start(kind: GuestKind, work: string, parts: Omit<Boot, 'socket' | 'log'>): Promise<Guest> {
      const boot = { ...parts, socket: join(work, 'console'), log: consoleLog(kind) };
      rmSync(boot.log, { force: true });
      const [command, args] = qemu(kind, boot, new Date());
      signal.throwIfAborted();
      const machine = new Child(command, args, { log: join(logs, `${kind.name}.qemu.log`) });
      const end = () => machine.signal('SIGKILL');
      signal.addEventListener('abort', end);
      try {
        const console = await Console.open(boot.socket, () => machine.running);
        const lines = (await console.upTo('guest: ready', patienceMs)).trimEnd().split(/\r?\n/);
        await console.upTo('\n', 1_000);
        return new Guest(kind, lines.findLast((line) => line.startsWith('Linux ')) ?? '', machine, console);
      } catch (error) {
        // One that panics writes why, and then ends by itself.
        await Promise.race([machine.exited, sleep(signal.aborted ? 0 : lastWordsMs)]);
        await machine.kill();
        throw error;
      } finally {
        signal.removeEventListener('abort', end);
      }
    }
  }

  /** Ends the guest, kindly at first, and keeps what its agent logged. */
  async powerOff(): Promise<void> {
    if (this.machine.running) {
      const reading = this.console.run(`cat ${agentLog}`, 10_000).catch((error: Error) => error.message);
      // A signal may come while the console runs something long: it would be read after that.
      const log = await Promise.race([reading, sleep(10_000, 'its console was busy', { ref: false })]);
      writeFileSync(join(logs, `${this.kind.name}.agent.log`), log);
    }
    this.console.write('poweroff -f\n');
    const timer = setTimeout(() => this.machine.signal('SIGKILL'), 10_000);
    await this.machine.exited;
    clearTimeout(timer);
    this.console.close();
  }
}

/** Where all that a guest has written is kept. */
export function consoleLog({ name }: GuestKind): string {
  return join(logs, `${name}.log`);
}

function kernelImage({ kernel }: GuestContent): string {
  for (const folder of kernel.folders) {
    const image = (readdirSync(folder, { recursive: true }) as string[]).find((path) => /\/vmlinuz[^/]*$/.test(path));
    if (image !== undefined) return join(folder, image);
  }
  throw new Error(`the package of kernel ${kernel.version} has no vmlinuz`);
}
