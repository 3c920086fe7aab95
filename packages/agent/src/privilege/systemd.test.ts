import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { loadConfig } from '@bpfleet/runtime';
import { describe, expect, test } from 'vitest';
import { parseAgentConfig } from '../agent-config.ts';
import { defaultPolicy } from '../guard/default-policy.ts';
import { parsePolicy } from '../guard/policy.ts';
import type { Capability } from './capabilities.ts';
import { lackOf } from './lacking.ts';

const file = (name: string) => new URL(`../../../../deploy/systemd/${name}`, import.meta.url).pathname;
const unit = readFileSync(file('bpfleet-agent.service'), 'utf8');
const valuesOf = (key: string) => unit.match(new RegExp(`^${key}=(.*)$`, 'm'))?.[1]?.split(' ') ?? [];

describe('the systemd unit', () => {
  test('gives what is needed where the kernel counts always and uprobes take no more, and never CAP_SYS_ADMIN', () => {
    const given = new Set(valuesOf('AmbientCapabilities')) as ReadonlySet<Capability>;
    expect(valuesOf('CapabilityBoundingSet')).toEqual([...given]);
    const lacking = (held: ReadonlySet<Capability>) =>
      lackOf(held, '6.1.0', ['run_stats', 'perf_event', 'uprobe']).map(({ capability }) => capability);
    // What changes packets is for whoever opens it.
    expect(lacking(given)).toEqual(['CAP_NET_ADMIN']);
    for (const each of given) {
      const fewer = new Set([...given].filter((other) => other !== each));
      expect(lacking(fewer)).toEqual([each, 'CAP_NET_ADMIN']);
    }
    expect(unit).not.toMatch(/^[^#]*CAP_SYS_ADMIN/m);
  });

  test('says nothing that takes away what it gives', () => {
    for (const key of ['ProtectKernelTunables', 'ProtectKernelLogs', 'ProtectProc', 'MemoryDenyWriteExecute']) {
      expect(unit).not.toMatch(new RegExp(`^${key}=`, 'm'));
    }
  });

  test('is one that systemd reads', (context) => {
    if (!existsSync('/usr/bin/systemd-analyze')) context.skip('there is no systemd-analyze here');
    // It complains of programs and users that are not installed here, and of nothing else.
    let said = '';
    try {
      said = execFileSync('systemd-analyze', ['verify', file('bpfleet-agent.service')], {
        encoding: 'utf8',
        stdio: 'pipe',
      });
    } catch (error) {
      said = (error as { stderr: string }).stderr;
    }
    const complaints = said.split('\n').filter((line) => /bpfleet-agent/.test(line) && !/is not executable/.test(line));
    expect(complaints).toEqual([]);
  });
});

test('the settings and the policy beside it are read by the agent', () => {
  const config = loadConfig(file('agent.yaml'), parseAgentConfig);
  expect(config).toMatchObject({ stateDir: '/var/lib/bpfleet', policy: '/etc/bpfleet/policy.yaml' });
  const policy = loadConfig(file('policy.yaml'), (settings) => parsePolicy(settings, defaultPolicy(true)));
  expect(policy).toMatchObject({
    session: { eventsPerSecond: 10_000, mapBytes: 64 * 1024 ** 2 },
    node: { sessions: 16 },
  });
});
