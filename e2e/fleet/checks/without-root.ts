import assert from 'node:assert/strict';
import { eachOf } from '../run/each-of.ts';
import { atOnce, type Fleet } from '../run/fleet.ts';
import type { FleetNode, GuestLink } from '../run/fleet-node.ts';
import { outcomeOf } from '../run/outcome.ts';
import { FleetSession } from '../run/session.ts';
import type { FleetCheck } from './fleet-check.ts';

/** CAP_DAC_READ_SEARCH 2, CAP_SYS_PTRACE 19, CAP_SYSLOG 34, CAP_PERFMON 38, CAP_BPF 39 (linux/capability.h). */
const least = '000000c400080004';

/** All cases run on guests whose agent is not root; that it is not, and what it says of that, is looked at here. */
export const withoutRoot: FleetCheck = {
  name: 'an agent without root: few capabilities, and what it lacks is told',
  run: async (fleet) => {
    await fleet.giveAgents([]);
    const guests = fleet.nodes.flatMap((node) => (node.guest === undefined ? [] : [[node, node.guest] as const]));
    return eachOf(guests, atOnce, ([node, guest]) =>
      outcomeOf(node.name, withoutRoot.name, () => tellsWhatItLacks(fleet, node, guest)),
    );
  },
};

async function tellsWhatItLacks(fleet: Fleet, node: FleetNode, { machine: { agent } }: GuestLink): Promise<void> {
  const status = await agent.status();
  for (const set of ['CapEff', 'CapPrm', 'CapBnd']) assert.match(status, new RegExp(`^${set}:\\s*${least}$`, 'm'));
  assert.match(status, /^Uid:\s*990\s+990\s+990\s+990$/m);
  assert.match(status, /^NoNewPrivs:\s*1$/m);
  const log = await agent.log();
  assert.match(log, /capabilities are missing, and with them: .*CAP_SYS_ADMIN: limits of CPU overhead/);
  assert.match(log, /CAP_NET_ADMIN: programs of network interfaces/);
  // Nothing else may be missing for want of a capability.
  assert.ok(!/CAP_(BPF|PERFMON|DAC_READ_SEARCH|SYS_PTRACE|SYSLOG): /.test(log), log);
  assert.match(node.info.missing['run_stats'] ?? '', /EPERM|permitted/);
  const probe = 'tracepoint:syscalls:sys_enter_write { @ = count(); }';
  assert.match(await refusal(fleet, node, probe, '--limit', 'overhead=50%'), /kernel\.bpf_stats_enabled=1/);
  // As Debian has it, where nobody has set it otherwise.
  await node.run('echo 3 > /proc/sys/kernel/perf_event_paranoid');
  try {
    assert.match(await refusal(fleet, node, 'interval:ms:100 { @ = count(); }'), /kernel\.perf_event_paranoid=2/);
  } finally {
    await node.run('echo 2 > /proc/sys/kernel/perf_event_paranoid');
  }
}

/** Why a node does not run a script, which it must not. */
async function refusal(fleet: Fleet, { name }: FleetNode, script: string, ...options: string[]): Promise<string> {
  const session = await FleetSession.start(fleet.lab, script, [name], options);
  await session.ended();
  const [part] = (await session.document()).answer.nodes;
  assert.ok(part?.state === 'failed' || part?.state === 'partial', `${script}: ${part?.state}`);
  return part?.reason ?? '';
}
