import { addLoss, applyDelta, emptyState, noLoss } from '@bpfleet/aggregate';
import { GetppidWorkload } from '@bpfleet/testkit';
import { afterEach, expect, test } from 'vitest';
import type { RunOptions, TraceWindow } from './api.ts';
import { loadTrace, refusedUse, runTrace } from './index.ts';

const workloads: GetppidWorkload[] = [];
afterEach(async () => {
  for (const workload of workloads.splice(0)) await workload.close();
});

async function startWorkload(): Promise<GetppidWorkload> {
  const workload = await GetppidWorkload.start();
  workloads.push(workload);
  return workload;
}

const at = (pid: number) => `tracepoint:syscalls:sys_enter_getppid /pid == ${pid}/`;

/** Runs a script while the workload makes so many calls. */
async function runDuring(source: string, workload: GetppidWorkload, calls: number, options: Partial<RunOptions> = {}) {
  const trace = await loadTrace({ kind: 'script', source });
  const windows: TraceWindow[] = [];
  const abort = new AbortController();
  try {
    let work: Promise<number> | undefined;
    const before = await workload.calls(0);
    const end = await runTrace(trace, {
      intervalMs: 200,
      signal: abort.signal,
      onWindow: (window) => void windows.push(window),
      onAttached: () => {
        work = workload.calls(calls).finally(() => abort.abort());
      },
      ...options,
    });
    const made = ((await work) ?? 0) - before;
    expect(windows.map(({ lost }) => lost).reduce(addLoss, noLoss())).toEqual(end.lost);
    return { windows, end, made, schemas: trace.schemas };
  } finally {
    trace.close();
  }
}

test('a flood of events is thinned to its limit, and every one is in the account', async () => {
  const workload = await startWorkload();
  const flood = `${at(workload.pid)} { printf("%d\\n", pid); }`;
  const { windows, end, made } = await runDuring(flood, workload, 400_000, { eventsPerSecond: () => 1_000 });
  const taken = windows.flatMap(({ events }) => events).length;
  expect(BigInt(taken) + end.lost.sampledOut + end.lost.kernel).toBe(BigInt(made));
  expect(made).toBe(400_000);
  expect(taken).toBeGreaterThan(0);
  expect(taken).toBeLessThanOrEqual(1_000 * Math.ceil((end.detachedAt - end.attachedAt) / 1_000 + 1));
  expect(end.lost.sampledOut).toBeGreaterThan(100_000n);
});

test('a flood of printed maps is thinned too, and clear() is obeyed all the same', async () => {
  const workload = await startWorkload();
  const flood = `${at(workload.pid)} { @n = count(); print(@n); clear(@n); }`;
  const { windows, end, made } = await runDuring(flood, workload, 300, { eventsPerSecond: () => 10 });
  const taken = windows.flatMap(({ events }) => events).length;
  expect(BigInt(taken) + end.lost.sampledOut + end.lost.kernel).toBe(BigInt(made));
  expect(taken).toBeLessThanOrEqual(10 * Math.ceil((end.detachedAt - end.attachedAt) / 1_000 + 1));
});

test('a map that grows without an end is held to its size, and each update that found no room is counted', async () => {
  const workload = await startWorkload();
  const growth = `config = { max_map_keys = 500 } ${at(workload.pid)} { @[nsecs] = count(); }`;
  const { windows, end, made, schemas } = await runDuring(growth, workload, 50_000);
  const schema = schemas[0];
  if (schema === undefined) throw new Error('no map');
  const state = emptyState(schema);
  for (const delta of windows.flatMap(({ maps }) => maps)) applyDelta(state, delta);
  expect(state.entries.size).toBe(500);
  expect(BigInt(state.entries.size) + end.lost.mapFull + end.lost.kernel).toBe(BigInt(made));
});

test('what a node forbids is refused before anything is loaded, and told', async () => {
  const denied = {
    probes: ['tracepoint:syscalls:sys_enter_open*', 'kprobe:*'],
    functions: ['kstack', 'probe_write_user'],
  };
  const refusal = async (source: string, unsafe = false) => {
    const program = { kind: 'script' as const, source, allow: { unsafe } };
    await expect(refusedUse(program, denied)).resolves.toMatch(/forbids/);
    return loadTrace(program, { denied });
  };
  for (const [source, words] of [
    [
      'tracepoint:syscalls:sys_enter_openat { @ = count(); }',
      /forbids the probe tracepoint:syscalls:sys_enter_openat \(/,
    ],
    ['tracepoint:syscalls:sys_enter_* { @ = count(); }', /forbids the probe tracepoint:syscalls:sys_enter_open/],
    ['tracepoint:syscalls:sys_enter_getppid { @[kstack] = count(); }', /forbids the function kstack/],
    ['macro m() { kstack } BEGIN { exit(); }', /forbids the function kstack/],
  ] as const) {
    await expect(refusal(source)).rejects.toMatchObject({ code: 'permission', message: expect.stringMatching(words) });
  }
  const fine = { kind: 'script' as const, source: 'tracepoint:syscalls:sys_enter_getppid { @ = count(); }' };
  await expect(refusedUse(fine, denied)).resolves.toBeNull();
  (await loadTrace(fine, { denied })).close();
});
