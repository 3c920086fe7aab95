import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { loadTrace, nodeFacts } from './index.ts';

test('tests pass where they return 0; benchmarks are run many times; neither is attached', async () => {
  const source = `
    test:good { printf("ran\\n"); return 0; }
    test:bad { return 1; }
    test:plain { @x = 1; }
    bench:one { @n++; }
    BEGIN { }`;
  const trace = await loadTrace({ kind: 'script', source });
  try {
    expect([trace.probes, trace.hasProbes]).toEqual([1, false]);
    trace.attach();
    expect(trace.runTests?.().map(({ name, passed }) => [name, passed])).toEqual([
      ['good', true],
      ['bad', false],
      ['plain', true],
    ]);
    const [bench] = trace.runBenches?.() ?? [];
    expect(bench?.name).toBe('one');
    expect(bench?.iterations).toBeGreaterThan(0);
    const n = trace.readMaps().find(({ schema }) => schema.name === '@n');
    expect([...(n?.entries.values() ?? [])][0]?.value ?? [...(n?.entries.values() ?? [])][0]?.cells.get(0)).toBe(
      BigInt(bench?.iterations ?? 0),
    );
    expect(trace.drain().map(({ text }) => text)).toEqual(['ran\n']);
  } finally {
    trace.close();
  }
});

test('a signal to the tracing process runs a probe, until it is detached', async () => {
  const trace = await loadTrace({ kind: 'script', source: 'self:signal:SIGUSR1 { printf("%s\\n", probe); }' });
  const before = process.listenerCount('SIGUSR1');
  try {
    trace.attach();
    const signalled = once(process, 'SIGUSR1');
    process.kill(process.pid, 'SIGUSR1');
    await signalled;
    await setTimeout(1);
    trace.detach();
    expect(trace.drain().map(({ text }) => text)).toEqual(['self:signal:SIGUSR1\n']);
    expect(process.listenerCount('SIGUSR1')).toBe(before);
  } finally {
    trace.close();
  }
});

test('watchpoints are attached where the machine has them, else refused with the reason', async () => {
  const trace = await loadTrace({ kind: 'script', source: 'watchpoint:0x10000:8:rw { @ = count(); }' });
  try {
    trace.attach();
    trace.detach();
    expect(trace.probes).toBe(1);
  } catch (error) {
    expect((error as Error).message).toMatch(/Unable to attach probe: watchpoint:0x10000:8:rw: .*(CPU|machine|kernel)/);
  } finally {
    trace.close();
  }
  expect(nodeFacts().features).toContain('perf_event');
});

test('a probe that cannot be attached leaves nothing behind', async (context) => {
  const probes =
    't:sched:sched_switch, rt:sched_switch, profile:hz:99, uprobe:libc:kill, uprobe:libc:get*id, hardware:cycles';
  const source = `config = { max_probes = 1000 } ${probes} { @ = count(); } t:syscalls:* { @s = count(); }`;
  const open = () => readdirSync('/proc/self/fd').length;
  (await loadTrace({ kind: 'script', source })).close();
  const before = open();
  const trace = await loadTrace({ kind: 'script', source });
  try {
    trace.attach();
    context.skip('this machine has hardware counters');
  } catch (error) {
    expect((error as Error).message).toContain('Unable to attach probe: hardware:cycles');
    expect((error as Error).message).toContain("set the 'missing_probes' config variable to 'warn'");
  } finally {
    trace.close();
  }
  // Some events are closed on another thread.
  await vi.waitFor(() => expect(open()).toBeLessThanOrEqual(before), { timeout: 10_000 });
});
