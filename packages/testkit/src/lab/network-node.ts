import { execFileSync } from 'node:child_process';
import { readlinkSync } from 'node:fs';
import { Child, type ChildOptions } from './child.ts';
import { until } from './until.ts';

/** Networks of two addresses each, of which none is used twice by one process: an old one may still be going away. */
let next = 0;

export interface NetworkChild {
  readonly child: Child;
  /** Address of the new namespace. */
  readonly address: string;
  /** Address of this side, where the controller listens. */
  readonly gateway: string;
}

/**
 * Starts a command in a network namespace of its own, joined to ours by a veth pair. The namespace has no name:
 * it lives as long as the process does, so nothing is left behind however it ends.
 *
 * @param args given the gateway's address, the arguments of the command
 * @throws Error where iproute2, util-linux or the right to make namespaces is missing
 */
export async function startInNamespace(
  command: string,
  args: (gateway: string) => readonly string[],
  options: ChildOptions,
): Promise<NetworkChild> {
  const index = next++;
  const prefix = `10.213.${(process.pid + index) % 256}.${(index % 64) * 4}`.split('.');
  const base = Number(prefix.pop());
  const gateway = [...prefix, base + 1].join('.');
  const address = [...prefix, base + 2].join('.');
  const link = `bpf${process.pid.toString(36)}n${index}`;
  const wait = ['-c', 'read -r go && exec "$@"', 'sh', command, ...args(gateway)];
  const child = new Child('unshare', ['--net', 'sh', ...wait], { ...options, stdin: 'pipe' });
  try {
    const ours = readlinkSync('/proc/self/ns/net');
    await until(
      'a network namespace',
      () => child.running && readlinkSync(`/proc/${child.pid}/ns/net`) !== ours,
      5_000,
    );
    const ip = (...argv: string[]) => execFileSync('ip', argv, { stdio: ['ignore', 'pipe', 'pipe'] });
    const inside = (...argv: string[]) =>
      execFileSync('nsenter', [`--net=/proc/${child.pid}/ns/net`, 'ip', ...argv], {
        stdio: ['ignore', 'pipe', 'pipe'],
      });
    ip('link', 'add', link, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', String(child.pid));
    ip('addr', 'add', `${gateway}/30`, 'dev', link);
    ip('link', 'set', link, 'up');
    inside('link', 'set', 'lo', 'up');
    inside('addr', 'add', `${address}/30`, 'dev', 'eth0');
    inside('link', 'set', 'eth0', 'up');
    child.write('go\n');
    return { child, address, gateway };
  } catch (error) {
    await child.kill();
    throw error;
  }
}
