import type { Console } from './console.ts';

/** A capability as setpriv(1) names it. */
export type Capability = 'bpf' | 'perfmon' | 'dac_read_search' | 'sys_ptrace' | 'syslog' | 'net_admin' | 'net_raw';

/** What an agent is started with on a production node (deploy/systemd). Kernels from 5.8 on know them all. */
const least: readonly Capability[] = ['bpf', 'perfmon', 'dac_read_search', 'sys_ptrace', 'syslog'];

/** Of a guest's /etc/passwd, and of the group of the same number. */
export const agentUser = 990;
export const agentLog = '/tmp/agent.log';
const stateDir = '/var/lib/bpfleet';
const pidFile = '/tmp/agent.pid';

/** The agent of a guest: never root, but a user of its own with few capabilities and no way to any other. */
export class GuestAgent {
  readonly #console: Console;
  /** Beyond those that every agent has. */
  #more: readonly Capability[] = [];

  constructor(console: Console) {
    this.#console = console;
  }

  /** @param options of `bpfleet agent`, as words of a shell */
  async start(options: string, more: readonly Capability[] = []): Promise<void> {
    this.#more = more;
    const set = ['-all', ...[...least, ...more].map((name) => `+${name}`)].join(',');
    const user = `--reuid=${agentUser} --regid=${agentUser} --clear-groups --no-new-privs`;
    const capabilities = `--inh-caps=${set} --ambient-caps=${set} --bounding-set=${set}`;
    const command = `/bin/bpfleet agent --state-dir ${stateDir} ${options}`;
    await this.#console.run(
      `mkdir -p ${stateDir} /run/bpfleet; chown ${agentUser}:${agentUser} ${stateDir} /run/bpfleet`,
    );
    await this.#console.run(
      `HOME=${stateDir} /usr/bin/setpriv ${user} ${capabilities} ${command} >>${agentLog} 2>&1 & echo $! >${pidFile}`,
    );
  }

  has(more: readonly Capability[]): boolean {
    return more.length === this.#more.length && more.every((name) => this.#more.includes(name));
  }

  /** Ends it in good order, and waits for that. */
  async stop(): Promise<void> {
    await this.#console.run(`kill $(cat ${pidFile}); while kill -0 $(cat ${pidFile}) 2>/dev/null; do sleep 0.1; done`);
  }

  /** What the kernel says of its process (proc_pid_status(5)). */
  status(): Promise<string> {
    return this.#console.run(`cat /proc/$(cat ${pidFile})/status`);
  }

  log(): Promise<string> {
    return this.#console.run(`cat ${agentLog}`);
  }
}
