import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, statfsSync } from 'node:fs';
import type { Composite } from '@bpfleet/aggregate';
import { composeObject } from '@bpfleet/bpf';
import { isProgramLoaded } from '@bpfleet/kernel';
import { beforeEach, describe, expect, test } from 'vitest';
import type { TraceLimits } from '../api.ts';
import { check, loadTrace } from '../index.ts';
import { startCaller } from './caller.test-kit.ts';
import { build, noClang } from './clang.test-kit.ts';

const LICENSE = 'char LICENSE[] SEC("license") = "GPL";';
const map = (name: string, type: string, value = '__u64', more = '') =>
  `struct { __uint(type, BPF_MAP_TYPE_${type}); __uint(max_entries, 8); __type(key, __u32); __type(value, ${value}); ${more} } ${name} SEC(".maps");`;
const program = (section: string, body: string) => `SEC("${section}") int f(void *ctx) { ${body} return 0; }`;
const GETPPID = 'tracepoint/syscalls/sys_enter_getppid';

/** Counts getppid(2) of one process: by its number, twice by the CPU, and by a key of several parts. */
const counting = (pid: number) => `
  struct place { char comm[16]; __u32 pid; _Bool even; };
  enum slot { FIRST, SECOND };
  const volatile __u32 step = 2;
  ${map('calls', 'HASH')}
  ${map('slots', 'PERCPU_ARRAY')}
  ${map('raw', 'PERCPU_HASH', 'int')}
  struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 8); __type(key, struct place); __type(value, __u64); } places SEC(".maps");
  static void add(void *map, void *key) {
    __u64 one = 1, *n = bpf_map_lookup_elem(map, key);
    if (n) __sync_fetch_and_add(n, 1); else bpf_map_update_elem(map, key, &one, BPF_ANY);
  }
  SEC("${GETPPID}") int enter(void *ctx) {
    __u32 pid = bpf_get_current_pid_tgid() >> 32, slot = SECOND;
    if (pid != ${pid}) return 0;
    add(&calls, &pid);
    __u64 *n = bpf_map_lookup_elem(&slots, &slot);
    if (n) *n += step;
    struct place place = {}; bpf_get_current_comm(place.comm, 16); place.pid = pid; place.even = 1;
    add(&places, &place);
    return 0;
  }
  SEC("raw_tp/sys_enter") int raw_enter(struct bpf_raw_tracepoint_args *ctx) {
    __u32 pid = bpf_get_current_pid_tgid() >> 32; int least = -1, *n;
    if (pid != ${pid} || ctx->args[1] != ${process.arch === 'x64' ? 110 : 173}) return 0;
    n = bpf_map_lookup_elem(&raw, &pid);
    if (n) *n -= 1; else bpf_map_update_elem(&raw, &pid, &least, BPF_ANY);
    return 0;
  }
  ${LICENSE}`;

const load = (object: Uint8Array, limits?: TraceLimits) =>
  loadTrace({ kind: 'object', object, name: 'x.bpf.o' }, limits);
const composed = (object: Uint8Array, manifest: object) => {
  const made = composeObject(object, manifest, {});
  if ('problems' in made) throw new Error(JSON.stringify(made.problems));
  return made.object;
};
const answer = (source: string) => check({ kind: 'object', object: build(`${source}\n${LICENSE}`) });

describe('ELF objects', () => {
  beforeEach((context) => {
    const reason = noClang();
    if (reason !== null) context.skip(reason);
  });

  test('count exactly what a process does', async () => {
    const workload = await startCaller(50_000);
    const trace = await load(build(counting(workload.pid)));
    const { pid } = workload;
    try {
      trace.countRuns(true);
      trace.attach();
      await workload.run();
      trace.detach();
      const maps = trace
        .readMaps()
        .map(({ schema, entries }) => [
          schema.name,
          schema.key,
          [...entries.values()].map(({ key, cells }) => [...key, cells.get(0)]),
        ]);
      expect(maps.toSorted((a, b) => String(a[0]).localeCompare(String(b[0])))).toEqual([
        ['@calls', ['uint'], [[BigInt(pid), 50_000n]]],
        ['@places', ['string', 'uint', 'bool'], [['caller', BigInt(pid), true, 50_000n]]],
        ['@raw', ['uint'], [[BigInt(pid), -50_000n]]],
        ['@slots', ['uint'], [[1n, 100_000n]]],
      ]);
      expect(trace.schemas.every(({ kind }) => kind === 'sum')).toBe(true);
      expect(trace).toMatchObject({ probes: 2, warnings: [] });
      expect(trace.losses()).toEqual({
        kernel: 0n,
        sampledOut: 0n,
        truncated: 0n,
        evicted: 0n,
        mapFull: 0n,
        readFailed: 0n,
      });
      expect(trace.runStats()?.runs).toBeGreaterThanOrEqual(100_000n);
    } finally {
      trace.close();
    }
    expect(trace.programIds).toHaveLength(2);
    await expect.poll(() => trace.programIds.filter(isProgramLoaded)).toEqual([]);
  });

  test('records come whole and in order, with the structure that only debugging information knows', async () => {
    const workload = await startCaller(3_000);
    const source = `
      struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 1 << 20); } events SEC(".maps");
      enum kind { NONE, CALL };
      struct event { __u64 number; enum kind kind; __u32 low : 3, high : 5; char comm[16]; union { __u32 four; __u8 six[6]; }; };
      __u64 number;
      SEC("${GETPPID}") int enter(void *ctx) {
        if (bpf_get_current_pid_tgid() >> 32 != ${workload.pid}) return 0;
        struct event *e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);
        if (!e) return 0;
        __builtin_memset(e, 0, sizeof(*e));
        e->number = number++; e->kind = CALL; e->low = 5; e->high = 17; e->four = 0x0201;
        bpf_get_current_comm(e->comm, 16);
        bpf_ringbuf_submit(e, 0);
        return 0;
      }
      ${LICENSE}`;
    const trace = await load(build(source));
    try {
      trace.attach();
      await workload.run();
      trace.detach();
      expect(trace.hasNews).toBe(true);
      expect(trace.drain(1)).toMatchObject([
        { type: 'value', text: 'events number=0 kind=CALL low=5 high=17 comm=caller four=513 six=[1,2,0,0,0,0]\n' },
      ]);
      const rest = trace.drain();
      expect(rest.map(({ values: [value] }) => (value as Composite).parts[0])).toEqual(
        Array.from({ length: 2_999 }, (_, index) => BigInt(index + 1)),
      );
      expect(trace.hasNews).toBe(false);
      expect(trace.readMaps().map(({ schema, entries }) => [schema.name, ...entries.values()])).toEqual([
        ['@number', { key: [], cells: new Map([[0, 3_000n]]) }],
      ]);
    } finally {
      trace.close();
    }
    expect(trace.drain()).toEqual([]);
  });

  test('records of a perf buffer arrive, or are counted as lost', async () => {
    const workload = await startCaller(20_000);
    const source = `
      struct call { __u32 number; char comm[6]; };
      struct { __uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY); __uint(key_size, 4); __uint(value_size, 4); } events SEC(".maps");
      const struct call *unused __attribute__((unused));
      static __u32 number;
      SEC("${GETPPID}") int enter(void *ctx) {
        if (bpf_get_current_pid_tgid() >> 32 != ${workload.pid}) return 0;
        struct call call = { .number = number++ };
        bpf_get_current_comm(call.comm, sizeof(call.comm));
        bpf_perf_event_output(ctx, &events, BPF_F_CURRENT_CPU, &call, sizeof(call));
        return 0;
      }
      ${LICENSE}`;
    const trace = await load(build(source));
    try {
      trace.attach();
      await workload.run();
      // Those of one CPU come in order; the process may have been on several.
      const events = trace.drain();
      expect(events.map(({ text }) => text)).toContain('events number=0 comm=calle\n');
      // The kernel tells of losses with the next record that finds room.
      const more = await startCaller(1);
      await more.run();
      trace.detach();
      const late = trace.drain();
      expect(BigInt(events.length + late.length) + trace.losses().kernel).toBeLessThanOrEqual(20_000n);
      expect(events.length + late.length).toBeGreaterThan(1_000);
      expect(trace.mapBytes).toBeGreaterThan(256 * 1024);
    } finally {
      trace.close();
    }
  });

  test('histograms, texts and counters in maps and in .bss, by their types alone', async () => {
    const workload = await startCaller(500);
    const source = `
      struct hist { __u32 slots[26]; char comm[16]; };
      struct stats { __u64 calls; struct { __s32 least; } inner; };
      struct hist hists[2];
      ${map('stats', 'PERCPU_HASH', 'struct stats')}
      SEC("${GETPPID}") int enter(void *ctx) {
        __u32 pid = bpf_get_current_pid_tgid() >> 32;
        struct stats first = { 1, { -1 } }, *s;
        if (pid != ${workload.pid}) return 0;
        __sync_fetch_and_add(&hists[1].slots[3], 1);
        bpf_get_current_comm(hists[1].comm, 16);
        s = bpf_map_lookup_elem(&stats, &pid);
        if (s) { s->calls++; s->inner.least--; } else bpf_map_update_elem(&stats, &pid, &first, BPF_ANY);
        return 0;
      }
      ${LICENSE}`;
    const trace = await load(build(source));
    try {
      trace.attach();
      await workload.run();
      trace.detach();
      const pid = BigInt(workload.pid);
      const found = trace.readMaps().map(({ schema: { name, kind }, entries }) => {
        return [name, kind, ...[...entries.values()].map(({ key, cells, value }) => [...key, value ?? [...cells]])];
      });
      expect(found.toSorted((a, b) => String(a[0]).localeCompare(String(b[0])))).toEqual([
        ['@hists', 'hist', [1n, [[5, 500n]]]],
        ['@hists.comm', 'value', [1n, 'caller']],
        ['@stats.calls', 'sum', [pid, [[0, 500n]]]],
        ['@stats.inner.least', 'sum', [pid, [[0, -500n]]]],
      ]);
      const whole = (name: string) =>
        [...(trace.readWholeMap?.(name)?.entries.values() ?? [])].map(({ key, value }) => [key, value]);
      const [[key, value] = []] = whole('stats');
      expect(key).toEqual([pid]);
      const sum = (value as Composite).parts
        .map((cpu) => (cpu as Composite).parts[0] as bigint)
        .reduce((total, calls) => total + calls, 0n);
      expect(sum).toBe(500n);
      expect(whole('.bss')).toMatchObject([[[], { kind: 'record', names: ['hists'] }]]);
      expect(whole('none')).toEqual([]);
    } finally {
      trace.close();
    }
  });

  test('a manifest and parameters: what is set, sized, merged and left out', async () => {
    const workload = await startCaller(300);
    const source = `
      enum mode { OFF, ADD, MOST };
      const volatile __u32 targ_pid = 0;
      const volatile enum mode mode = OFF;
      const volatile _Bool wide = 0;
      const volatile char name[8] = "";
      static const volatile struct { __s16 step, least; } config = { 1, 1 };
      ${map('most', 'HASH')} ${map('start', 'HASH')}
      SEC("${GETPPID}") int enter(void *ctx) {
        __u32 pid = bpf_get_current_pid_tgid() >> 32;
        if (pid != targ_pid || mode != MOST || !wide || name[0] != 'x' || name[1] != 0) return 0;
        __u64 first = 1, *n = bpf_map_lookup_elem(&most, &pid);
        if (n) *n += config.step; else bpf_map_update_elem(&most, &pid, &first, BPF_ANY);
        return 0;
      }
      SEC("?${GETPPID}") int optional(void *ctx) { return 0; }
      SEC("tp_btf/no_such_event") int unwanted(void *ctx) { return 0; }
      ${LICENSE}`;
    const manifest = {
      license: 'GPL',
      kernels: '>=5.8',
      parameters: { mode: { default: 'MOST' }, name: { default: 'x' }, 'config.step': { default: 9 } },
      outputs: { most: { merge: 'max' }, start: { show: false } },
      maps: { most: { entries: 77 } },
      programs: { optional: { load: true }, unwanted: { load: false } },
    };
    const made = composeObject(build(source), manifest, {
      targ_pid: String(workload.pid),
      wide: 'true',
      'config.step': '2',
    });
    if ('problems' in made) throw new Error(JSON.stringify(made.problems));
    const trace = await load(made.object);
    try {
      trace.attach();
      await workload.run();
      trace.detach();
      expect(trace.probes).toBe(2);
      expect(trace.schemas).toMatchObject([{ name: '@most', kind: 'max' }]);
      expect([...(trace.readMaps()[0]?.entries.values() ?? [])].map(({ cells }) => cells.get(0))).toEqual([599n]);
    } finally {
      trace.close();
    }
  });

  test.each<[object, RegExp]>([
    [{ kernels: '<3' }, /^its manifest is for kernels <3; this is /],
    [{ license: 'MIT' }, /^the manifest says license MIT, the object itself GPL/],
    [{ maps: { call: { entries: 1 } } }, /a map that the object does not have, call; did you mean 'calls'\?/],
    [{ programs: { g: { load: false } } }, /a program that the object does not have, g/],
    [{ maps: { calls: { entries: 4_000_000_000 } } }, /^the program's maps may take \d+ bytes; at most/],
  ])('manifest %j: refused', async (manifest, message) => {
    await expect(load(composed(build(counting(1)), manifest))).rejects.toMatchObject({
      message: expect.stringMatching(message),
    });
  });

  test('a map that another has pinned is used, where the manifest allows it; one that asks to be pinned may be private', async (context) => {
    if (statfsSync('/sys/fs/bpf').type !== 0xcafe4a11) context.skip('bpffs is not mounted at /sys/fs/bpf');
    const path = `/sys/fs/bpf/bpfleet_test_${process.pid}`;
    const pinned = spawnSync('bpftool', [
      'map',
      'create',
      path,
      'type',
      'hash',
      'key',
      '4',
      'value',
      '8',
      'entries',
      '8',
      'name',
      'm',
    ]);
    if (pinned.status !== 0) context.skip('bpftool is not installed, or may not create a map');
    try {
      const kept = map('kept', 'HASH', '__u64', '__uint(pinning, LIBBPF_PIN_BY_NAME);');
      const body = 'bpf_map_update_elem(&kept, &(__u32){7}, &(__u64){9}, BPF_ANY);';
      const object = build(`${kept} ${program(GETPPID, body)} ${LICENSE}`);
      const settings = (manifest: object) => load(composed(object, manifest));
      await expect(settings({ maps: { kept: { share: path } } })).rejects.toThrow(/by changes: \[maps\]/);
      await expect(settings({ maps: { kept: { share: `${path}_none` } }, changes: ['maps'] })).rejects.toThrow(
        /ENOENT/,
      );
      for (const manifest of [
        { maps: { kept: { private: true } } },
        { maps: { kept: { share: path } }, changes: ['maps'] },
      ]) {
        const trace = await settings(manifest);
        trace.attach();
        await (await startCaller(1)).run();
        const entries = trace.readMaps()[0]?.entries.values() ?? [];
        expect([...entries].map(({ key, cells }) => [...key, cells.get(0)])).toEqual([[7n, 9n]]);
        trace.close();
      }
      expect(existsSync('/sys/fs/bpf/kept')).toBe(false);
      expect(existsSync(path)).toBe(true);
    } finally {
      rmSync(path, { force: true });
    }
  });

  test('would load here, with a warning of what is only bytes', async () => {
    const ring = 'struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 4096); } rows SEC(".maps");';
    const { loads, diagnostics, probes, mapBytes } = await answer(
      `${ring} ${program(GETPPID, 'bpf_ringbuf_output(&rows, &(int){1}, 4, 0);')}`,
    );
    expect(diagnostics.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^records of rows are shown as bytes: no structure is found for them/),
    ]);
    expect({ loads, probes }).toEqual({ loads: true, probes: 1 });
    expect(mapBytes).toBeGreaterThan(4096);
  });

  test('the verifier says why it refuses', async () => {
    const source = `${map('m', 'HASH')} ${program(GETPPID, 'return *(__u64 *)bpf_map_lookup_elem(&m, &(int){1});')}`;
    const { loads, reason, verifierLog } = await answer(source);
    expect(loads).toBe(false);
    expect(reason).toMatch(
      /^the kernel refused program "f": R\d invalid mem access 'map_value_or_null', at "struct .+"( \(.*\))?$/,
    );
    expect(verifierLog).toMatch(/invalid mem access/);
  });

  test.each<[string, string, RegExp]>([
    ['a section without a place', program('xdp', ''), /program "f" is in section "xdp", which does not say where/],
    ['a section that belongs to others', program('sk_msg', ''), /program "f" is in section "sk_msg"/],
    [
      'a map that would stay',
      `${map('kept', 'HASH', '__u64', '__uint(pinning, LIBBPF_PIN_BY_NAME);')} ${program(GETPPID, '')}`,
      /map kept asks to be pinned/,
    ],
    ['no program', map('m', 'HASH'), /no program to load/],
    ['a function that this kernel lacks', program('fentry/no_such_function', ''), /no_such_function/],
  ])('%s: one sentence', async (_name, source, message) => {
    expect(await answer(source)).toMatchObject({ loads: false, reason: expect.stringMatching(message) });
  });

  test('a tracepoint that this kernel lacks is told when it attaches, and nothing stays', async () => {
    const trace = await load(build(`${program('tracepoint/sched/no_such_event', '')} ${LICENSE}`));
    try {
      expect(() => trace.attach()).toThrow(
        expect.objectContaining({
          code: 'attach',
          message: expect.stringMatching(
            /no tracepoint sched\/no_such_event \("f", .*; attach: tracepoint\/... puts one elsewhere/,
          ),
        }),
      );
    } finally {
      trace.close();
    }
    await expect.poll(() => trace.programIds.filter(isProgramLoaded)).toEqual([]);
  });

  test('limits hold before anything is loaded', async () => {
    const object = build(counting(1));
    await expect(load(object, { mapBytes: 1000 })).rejects.toMatchObject({ code: 'limit' });
    await expect(load(object, { probes: 1 })).rejects.toMatchObject({ code: 'limit' });
  });

  test('maps that leave their size to the loader get one, and that is told', async () => {
    const source = `
      struct { __uint(type, BPF_MAP_TYPE_STACK_TRACE); __uint(key_size, 4); } stackmap SEC(".maps");
      struct { __uint(type, BPF_MAP_TYPE_HASH); __type(key, __u32); __type(value, __u64); } counts SEC(".maps");
      ${program(GETPPID, 'bpf_get_stackid(ctx, &stackmap, 0); return (long)bpf_map_lookup_elem(&counts, &(int){1}) != 0;')}`;
    const { loads, diagnostics, mapBytes } = await answer(source);
    expect(diagnostics.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^map stackmap has no size of its own, and now 10240 entries; a manifest may say more/),
      expect.stringMatching(/^map counts has no size of its own/),
    ]);
    expect({ loads, large: mapBytes > 10_240 * 127 * 8 }).toEqual({ loads: true, large: true });
  });

  test('a map of another type that leaves its size to its loader wants it in a manifest', async () => {
    const source = `
      struct { __uint(type, BPF_MAP_TYPE_LPM_TRIE); __uint(map_flags, 1); __type(key, __u64); __type(value, __u64); } routes SEC(".maps");
      SEC("raw_tp/sys_enter") int enter(void *ctx) { __u64 key = 0; return bpf_map_lookup_elem(&routes, &key) != 0; }`;
    expect(await answer(source)).toMatchObject({
      loads: false,
      reason: expect.stringContaining('maps: {routes: {entries'),
    });
    const sized = composed(build(`${source}\n${LICENSE}`), { maps: { routes: { entries: 16 } } });
    expect(await check({ kind: 'object', object: sized })).toMatchObject({ loads: true });
  });

  test('a control group of the manifest is in the first element of its map', async (context) => {
    const groups = `struct { __uint(type, BPF_MAP_TYPE_CGROUP_ARRAY); __uint(key_size, 4); __uint(value_size, 4); __uint(max_entries, 1); } groups SEC(".maps");`;
    const source = `${groups} __u64 inside; ${program(GETPPID, 'if (bpf_current_task_under_cgroup(&groups, 0) == 1) __sync_fetch_and_add(&inside, 1);')} ${LICENSE}`;
    const workload = await startCaller(10);
    const found = await load(composed(build(source), { maps: { groups: { cgroup: '/' } } })).catch(
      (error: Error) => error,
    );
    if (found instanceof Error) return context.skip(`no control groups of version 2: ${found.message}`);
    const trace = found;
    try {
      trace.attach();
      await workload.run();
      expect([...(trace.readMaps()[0]?.entries.values() ?? [])][0]?.cells.get(0)).toBeGreaterThanOrEqual(10n);
    } finally {
      trace.close();
    }
  });

  test('maps of 100 GB are refused, though nobody has set a limit', async () => {
    const large = `struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1000000); __type(key, __u32); __type(value, char[100000]); } large SEC(".maps");`;
    const object = build(
      `${large} ${program(GETPPID, 'return (long)bpf_map_lookup_elem(&large, &(int){1}) != 0;')} ${LICENSE}`,
    );
    await expect(load(object)).rejects.toMatchObject({
      code: 'limit',
      message: expect.stringMatching(/^the program's maps may take 100000000000 bytes; at most \d+ are allowed/),
    });
  });

  test('bytes that are no object', async () => {
    await expect(load(Buffer.from('BEGIN {}'))).rejects.toMatchObject({
      code: 'compile',
      message: 'x.bpf.o: it is no ELF file',
    });
    const object = build(counting(1));
    await expect(load(object.subarray(0, object.length / 2))).rejects.toMatchObject({ code: 'compile' });
  });
});
