import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { applyDelta, emptyState, type MapState } from '@bpfleet/aggregate';
import { isProgramLoaded } from '@bpfleet/kernel';
import { describe, expect, test } from 'vitest';
import type { TraceEvent, TraceWindow } from './api.ts';
import { check, listProbes, loadTrace, nodeFacts, runTrace, TraceError } from './index.ts';

/** A process that asks for its parent's number `calls` times once told to go: one system call each. */
async function startWorkload(calls: number) {
  const script = `process.stdin.once('data', () => { let sum = 0; for (let i = 0; i < ${calls}; i++) sum += process.ppid; process.exit(0); }); console.log('ready');`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  const exited = once(child, 'exit');
  return { pid: child.pid ?? 0, go: () => child.stdin.write('go\n'), exited };
}

async function load(source: string) {
  return loadTrace({ kind: 'script', source });
}

/** Loads, attaches, does `work`, detaches; gives the maps, the events and the losses. */
async function trace(source: string, work: () => Promise<unknown> = () => Promise.resolve()) {
  const loaded = await load(source);
  try {
    loaded.countRuns(true);
    loaded.attach();
    await work();
    loaded.detach();
    const events = loaded.drain();
    return { maps: loaded.readMaps(), events, lost: loaded.losses(), stats: loaded.runStats() };
  } finally {
    loaded.close();
  }
}

async function run(...workloads: { go(): void; exited: Promise<unknown> }[]) {
  for (const workload of workloads) workload.go();
  await Promise.all(workloads.map(({ exited }) => exited));
}

/** Cells of the one entry, or of the entry with this key. */
function cells(maps: readonly MapState[], name: string, id = ''): Record<number, bigint> {
  const map = maps.find(({ schema }) => schema.name === name);
  return Object.fromEntries(map?.entries.get(id)?.cells ?? []);
}

const GETPPID = 'tracepoint:syscalls:sys_enter_getppid';
const texts = (events: readonly TraceEvent[]) => events.map(({ text }) => text).join('');

describe('aggregates are exact', () => {
  test('every kind, of one busy process', async () => {
    const workload = await startWorkload(50_000);
    const { maps, lost, stats } = await trace(
      `${GETPPID} /tid == ${workload.pid}/ {
        @n = count(); @s = sum(3); @least = min(-7); @most = max(9); @a = avg(4); @st = stats(5);
        @h = hist(100); @l = lhist(25, 0, 100, 10);
      }`,
      () => run(workload),
    );
    expect(cells(maps, '@n')).toEqual({ 0: 50_000n });
    expect(cells(maps, '@s')).toEqual({ 0: 150_000n });
    expect(cells(maps, '@least')).toEqual({ 0: -7n });
    expect(cells(maps, '@most')).toEqual({ 0: 9n });
    expect(cells(maps, '@a')).toEqual({ 0: 50_000n, 1: 200_000n });
    expect(cells(maps, '@st')).toEqual({ 0: 50_000n, 1: 250_000n });
    expect(cells(maps, '@h')).toEqual({ 8: 50_000n });
    expect(cells(maps, '@l')).toEqual({ 3: 50_000n });
    expect(lost).toEqual({ kernel: 0n, sampledOut: 0n, truncated: 0n, evicted: 0n, mapFull: 0n, readFailed: 0n });
    expect(stats?.runs).toBeGreaterThanOrEqual(50_000n);
  });

  test('by process, of two that run at once', async () => {
    const a = await startWorkload(120_000);
    const b = await startWorkload(80_000);
    const { maps } = await trace(`${GETPPID} /tid == ${a.pid} || tid == ${b.pid}/ { @[tid] = count(); @all++; }`, () =>
      run(a, b),
    );
    const all = maps.find(({ schema }) => schema.name === '@all');
    expect(all?.entries.get('')?.value).toBe(200_000n);
    expect(maps[0]?.entries.size).toBe(2);
    expect([cells(maps, '@', `${a.pid}`), cells(maps, '@', `${b.pid}`)]).toEqual([{ 0: 120_000n }, { 0: 80_000n }]);
  });

  test('windows add up to the final map, while it is being read', async () => {
    const workload = await startWorkload(300_000);
    const loaded = await load(
      `${GETPPID} /tid == ${workload.pid}/ { @[comm, cpu] = count(); @us = hist(nsecs % 1000); }`,
    );
    const windows: TraceWindow[] = [];
    const abort = new AbortController();
    void workload.exited.then(() => abort.abort());
    const end = await runTrace(loaded, {
      intervalMs: 20,
      signal: abort.signal,
      measureOverhead: true,
      onAttached: () => workload.go(),
      onWindow: (window) => void windows.push(window),
    });
    const final = loaded.readMaps();
    const totals = loaded.schemas.map((schema) => emptyState(schema));
    for (const { maps } of windows) {
      for (const delta of maps) {
        const total = totals.find(({ schema }) => schema.id === delta.map);
        if (total !== undefined) applyDelta(total, delta);
      }
    }
    expect(totals).toEqual(final);
    const counted = [...(final[0]?.entries.values() ?? [])].reduce(
      (sum, entry) => sum + (entry.cells.get(0) ?? 0n),
      0n,
    );
    expect(counted).toBe(300_000n);
    expect(windows.length).toBeGreaterThan(1);
    expect(windows.slice(1, -1).every(({ end }) => end % 20 === 0)).toBe(true);
    expect(end.overhead).toBeGreaterThan(0);
    loaded.close();
  });

  test('what a full map refuses is counted', async () => {
    const workload = await startWorkload(20_000);
    const { maps, lost } = await trace(`${GETPPID} /tid == ${workload.pid}/ { @[nsecs] = count(); }`, () =>
      run(workload),
    );
    const counted = [...(maps[0]?.entries.values() ?? [])].reduce((sum, entry) => sum + (entry.cells.get(0) ?? 0n), 0n);
    expect(lost.mapFull).toBeGreaterThan(0n);
    expect(counted + lost.mapFull).toBe(20_000n);
  });
});

describe('events', () => {
  test('a million: each arrives or is counted as lost', async () => {
    const calls = 1_000_000;
    const workload = await startWorkload(calls);
    const loaded = await load(`${GETPPID} /tid == ${workload.pid}/ { printf("%d %s\\n", 42, comm); }`);
    const abort = new AbortController();
    void workload.exited.then(() => abort.abort());
    let arrived = 0;
    const strange = new Set<string>();
    const { lost } = await runTrace(loaded, {
      intervalMs: 100,
      signal: abort.signal,
      onAttached: () => workload.go(),
      onWindow: ({ events }) => {
        arrived += events.length;
        for (const { text } of events) if (!/^42 \S+\n$/.test(text)) strange.add(text);
      },
    });
    loaded.close();
    expect(strange).toEqual(new Set());
    expect(BigInt(arrived) + lost.kernel).toBe(BigInt(calls));
    expect(arrived).toBeGreaterThan(calls / 100);
  });

  test('BEGIN comes first, END last, and exit() ends the trace', async () => {
    const loaded = await load(
      'BEGIN { printf("begin\\n"); } interval:ms:20 { printf("tick\\n"); exit(); } END { printf("end\\n"); }',
    );
    const events: TraceEvent[] = [];
    const { ended } = await runTrace(loaded, {
      intervalMs: 1000,
      durationMs: 10_000,
      onWindow: (window) => void events.push(...window.events),
    });
    loaded.close();
    expect(ended).toBe('exit');
    expect(texts(events)).toMatch(/^begin\n(tick\n)+end\n$/);
    const now = BigInt(Date.now()) * 1_000_000n;
    expect(events.every(({ at }) => at > now - 60_000_000_000n && at < now + 1_000_000_000n)).toBe(true);
  });

  test('only BEGIN: ends by itself', async () => {
    const loaded = await load('BEGIN { @x = 7; printf("hi\\n"); }');
    const windows: TraceWindow[] = [];
    const { ended } = await runTrace(loaded, { intervalMs: 1000, onWindow: (window) => void windows.push(window) });
    loaded.close();
    expect(ended).toBe('exit');
    expect(texts(windows.flatMap(({ events }) => events))).toBe('hi\n');
    expect(windows.flatMap(({ maps }) => maps)).toEqual([
      { map: 0, entries: [{ key: [], cells: new Map(), value: 7n }] },
    ]);
  });

  test('print, clear and zero are obeyed in order', async () => {
    const { maps, events } = await trace(
      'BEGIN { @a[1] = 5; @b[2] = 6; @c = 1; printf("before\\n"); print(@a); } END { clear(@a); zero(@b); print(3); }',
    );
    expect(texts(events)).toBe('before\n@a[1]: 5\n3\n');
    expect(maps.map(({ entries }) => [...entries.values()].map(({ value }) => value))).toEqual([[], [0n], [1n]]);
  });

  test('profile runs on every CPU', async () => {
    const loaded = await load('profile:hz:99 { @[cpu] = count(); }');
    try {
      loaded.attach();
      // How long a CPU of a busy machine is not run at all is not ours to say.
      await expect.poll(() => loaded.readMaps()[0]?.entries.size, { timeout: 20_000 }).toBe(nodeFacts().cpus);
    } finally {
      loaded.close();
    }
  });
});

describe('what does not run', () => {
  test('a wrong script', async () => {
    const answer = await check({ kind: 'script', source: 'tracepoint:sched:nope { @ = count(); }' });
    expect(answer).toMatchObject({ loads: false, verifierLog: '' });
    expect(answer.diagnostics[0]).toMatchObject({ severity: 'error', line: 1 });
    await expect(load('BEGIN { nonsense')).rejects.toThrow(expect.objectContaining({ code: 'compile' }));
  });

  test('one that would cost too much', async () => {
    const program = { kind: 'script', source: `${GETPPID} { @[tid] = count(); }` } as const;
    await expect(loadTrace(program, { mapBytes: 1000 })).rejects.toThrow(expect.objectContaining({ code: 'limit' }));
    await expect(loadTrace(program, { probes: 0 })).rejects.toThrow(TraceError);
    const { loads, mapBytes, probes } = await check(program);
    expect({ loads, probes }).toEqual({ loads: true, probes: 1 });
    await expect(check(program, { mapBytes })).resolves.toMatchObject({ loads: true });
  });
});

test('everything is given back', async () => {
  const loaded = await load(
    'BEGIN { @x = 1; } profile:hz:49 { @ = count(); } tracepoint:sched:sched_switch { @n = count(); }',
  );
  loaded.attach();
  expect(loaded.programIds.every(isProgramLoaded)).toBe(true);
  loaded.close();
  loaded.close();
  await expect.poll(() => loaded.programIds.some(isProgramLoaded)).toBe(false);
  expect(loaded.drain()).toEqual([]);
});

test('probes are listed', () => {
  expect(listProbes('tracepoint:sched:sched_sw*').probes.map(({ name }) => name)).toContain(
    'tracepoint:sched:sched_switch',
  );
  expect(listProbes('rawtracepoint:sys_enter').matched).toBe(1);
  expect(listProbes('tracepoint:*', { limit: 3 }).probes).toHaveLength(3);
  const [openat] = listProbes('t:syscalls:sys_enter_openat', { arguments: true }).probes;
  expect(openat?.arguments.map(({ name }) => name)).toEqual(expect.arrayContaining(['dfd', 'filename', 'flags']));
});
