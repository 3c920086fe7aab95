import { readFileSync } from 'node:fs';
import { chmod, chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeMapDelta, durationFromMs, type MapDelta } from '@bpfleet/contracts';
import { GetppidWorkload } from '@bpfleet/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { AgentProcesses } from './agent-process.test-kit.ts';

/** A number that no user of a system has. */
const user = 54_323;
const least = ['bpf', 'perfmon', 'dac_read_search', 'sys_ptrace', 'syslog'];
let dir: string;
let workload: GetppidWorkload;
const agents = new AgentProcesses();

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'bpfleet-least-'));
  await chown(dir, user, user);
  await chmod(dir, 0o755);
  workload = await GetppidWorkload.start();
});
afterEach(async () => {
  await workload.close();
  await agents.close();
  await rm(dir, { recursive: true });
});

/** An agent of a user of its own, with these capabilities and no way to any other. */
function startAs(capabilities: readonly string[]) {
  const set = ['-all', ...capabilities.map((name) => `+${name}`)].join(',');
  const flags = [`--reuid=${user}`, `--regid=${user}`, '--clear-groups', '--no-new-privs'];
  const wrap = ['setpriv', ...flags, `--inh-caps=${set}`, `--ambient-caps=${set}`, `--bounding-set=${set}`];
  return agents.start({ stateDir: join(dir, 'state'), logLevel: 'info' }, wrap);
}

const countNoMore = () => readFileSync('/proc/sys/kernel/bpf_stats_enabled', 'latin1').trim() === '0';
const probe = () => `tracepoint:syscalls:sys_enter_getppid /pid == ${workload.pid}/`;
const script = (value: string) => ({ source: { case: 'script' as const, value } });
const sumOf = (maps: readonly MapDelta[]): bigint =>
  maps.flatMap((map) => decodeMapDelta(map).entries).reduce((sum, entry) => sum + (entry.cells.get(0) ?? 0n), 0n);

test('without root it counts exactly, names kernel functions, and says what it lacks', async () => {
  const { client, child, log } = await startAs(least);
  expect(readFileSync(`/proc/${child.pid}/status`, 'latin1')).toMatch(/^CapEff:\t000000c400080004$/m);
  const { node } = await client.getInfo({});
  expect(node?.features).toEqual(expect.arrayContaining(['tracefs', 'tracepoint', 'raw_tracepoint', 'perf_event']));
  let counted = 0n;
  const stacks: string[] = [];
  for await (const { item } of client.runTrace({
    program: script(`${probe()} { @n = count(); @stack[kstack(3)] = count(); }`),
    timing: { interval: durationFromMs(300), duration: durationFromMs(1_500) },
  })) {
    if (item.case === 'attached') await workload.calls(12_345);
    if (item.case === 'window') {
      const maps = item.value.payload?.maps ?? [];
      counted += sumOf(maps.filter(({ map }) => map === 0));
      stacks.push(
        ...maps
          .filter(({ map }) => map === 1)
          .flatMap((map) => map.entries)
          .map((entry) => JSON.stringify(entry, textOf)),
      );
    }
    if (item.case === 'end') expect(item.value).toMatchObject({ reason: 'duration', lost: { kernel: 0n } });
  }
  expect(counted).toBe(12_345n);
  expect(stacks.join()).toMatch(/"symbol":"[a-z_]\w+"/);
  if (countNoMore())
    expect(log()).toMatch(/capabilities are missing, and with them: .*CAP_SYS_ADMIN: limits of CPU overhead/);
});

test('a limit of CPU that it cannot keep is refused with what to do, not forgotten', async (context) => {
  const { client } = await startAs(least);
  const { node } = await client.getInfo({});
  if (node?.features.includes('run_stats')) context.skip('this kernel counts all the time (kernel.bpf_stats_enabled)');
  const { collectionId } = await client.load({
    program: script(`${probe()} { @ = count(); }`),
    limits: { overhead: 0.5 },
  });
  await expect(client.attach({ collectionId, deadline: durationFromMs(60_000) })).rejects.toMatchObject({
    code: 'FAILED_PRECONDITION',
    message: expect.stringMatching(/^guard: .*kernel\.bpf_stats_enabled=1/),
  });
});

test('with fewer it says which features go with which', async () => {
  const { client, log } = await startAs(['bpf', 'perfmon']);
  const lines = [
    'CAP_DAC_READ_SEARCH: tracepoints by name',
    'CAP_SYS_PTRACE: symbols',
    'CAP_SYSLOG: names of kernel functions',
  ];
  for (const words of lines) expect(log()).toContain(words);
  expect(await client.check({ program: script(`${probe()} { @ = count(); }`) })).toMatchObject({ loads: false });
  expect(await client.check({ program: script('profile:hz:99 { @ = count(); }') })).toMatchObject({ loads: true });
});

function textOf(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}
