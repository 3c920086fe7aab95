import { composeObject } from '@bpfleet/bpf';
import { isProgramLoaded } from '@bpfleet/kernel';
import { beforeEach, expect, test } from 'vitest';
import { check, loadTrace } from '../index.ts';
import { startCaller } from './caller.test-kit.ts';
import { build, noClang } from './clang.test-kit.ts';

/** What objects for many kernels leave to their loader, as BCC's tools do, and a manifest says instead. */

const LICENSE = 'char LICENSE[] SEC("license") = "GPL";';
const NONE = 'tracepoint/sched/no_such_event';

/** Five programs: one that counts getppid(2) of a process, others for places that are not here or are not said. */
const alternatives = (pid: number, elsewhere = '') => `
  __u64 calls = 0;
  SEC("tracepoint/syscalls/sys_enter_getppid") int counts(void *ctx) {
    if (bpf_get_current_pid_tgid() >> 32 == ${pid}) __sync_fetch_and_add(&calls, 1);
    return 0;
  }
  SEC("${NONE}") int older(void *ctx) { return 0; }
  SEC("${NONE}_either") int oldest(void *ctx) { return 0; }
  ${elsewhere}
  ${LICENSE}`;
const UNPLACED = `
  SEC("uprobe") int asked(void *ctx) { return 0; }
  SEC("uretprobe/answer") int answered(void *ctx) { return 0; }`;

const load = (object: Uint8Array, manifest: object = {}) => {
  const made = composeObject(object, manifest, {});
  if ('problems' in made) throw new Error(JSON.stringify(made.problems));
  return loadTrace({ kind: 'object', object: made.object });
};

async function counted(pid: number, run: () => Promise<unknown>, object: Buffer, manifest: object) {
  const trace = await load(object, manifest);
  try {
    trace.attach();
    await run();
    trace.detach();
    const calls = trace.readMaps().find(({ schema }) => schema.name === '@calls');
    return {
      pid,
      calls: [...(calls?.entries.values() ?? [])].map(({ cells }) => cells.get(0)),
      probes: trace.probes,
      warnings: trace.warnings.map(({ message }) => message),
    };
  } finally {
    trace.close();
  }
}

beforeEach((context) => {
  const reason = noClang();
  if (reason !== null) context.skip(reason);
});

test('what is missing is told of all programs at once, and nothing stays', async () => {
  const trace = await load(build(alternatives(1)));
  try {
    expect(() => trace.attach()).toThrow(
      `cannot attach the object: this kernel has no tracepoint sched/no_such_event ("older", ${NONE}); this kernel has no tracepoint sched/no_such_event_either ("oldest", ${NONE}_either); where the others make sense without them, a manifest says programs: {older: {optional: true}, oldest: {optional: true}}; attach: tracepoint/... puts one elsewhere`,
    );
  } finally {
    trace.close();
  }
  await expect.poll(() => trace.programIds.filter(isProgramLoaded)).toEqual([]);
});

test('programs without a place are told at once, with the lines to write', async () => {
  const { loads, reason } = await check({ kind: 'object', object: build(alternatives(1, UNPLACED)) });
  expect(loads).toBe(false);
  expect(reason).toContain(
    'programs: {asked: {attach: uprobe//PATH/OF/FILE:FUNCTION}, answered: {attach: uretprobe//PATH/OF/FILE:answer}}; {load: false} leaves one out',
  );
});

test.each<[string, object, number, RegExp[]]>([
  [
    'all are optional',
    { '*': { optional: true }, asked: { load: false }, answered: { load: false } },
    1,
    [/^program "older" is left out: this kernel has no/, /^program "oldest" is left out: this kernel has no/],
  ],
  ['only those that are named are loaded', { '*': { load: false }, counts: { load: true } }, 1, []],
  [
    'the kernel does not attach what is optional',
    {
      '*': { load: false },
      counts: { load: true },
      asked: { load: true, optional: true, attach: `uprobe/${process.execPath}:no_such_function_anywhere` },
    },
    1,
    [/^program "asked" is left out: cannot attach program "asked".*no_such_function_anywhere/],
  ],
])('%s: the others count exactly', async (_name, programs, probes, warnings) => {
  const { pid, run } = await startCaller(700);
  const found = await counted(pid, run, build(alternatives(pid, UNPLACED)), { programs });
  expect(found).toMatchObject({ calls: [700n], probes });
  expect(found.warnings).toEqual(warnings.map((each) => expect.stringMatching(each)));
});

test('where none of them can be attached, that is why', async () => {
  const programs = { '*': { optional: true }, counts: { load: false } };
  await expect(load(build(alternatives(1)), { programs })).rejects.toThrow(
    /^none of the object's programs can be attached here: program "older" is left out: .*; program "oldest" is left out/,
  );
});

test('a map that leaves its size to its loader, and holds structures with a histogram, extremes and a text', async () => {
  const { pid, run } = await startCaller(300);
  const source = `
    struct summary { __u64 total; __u32 slots[8]; __u32 min, max; char comm[16]; };
    struct { __uint(type, BPF_MAP_TYPE_HASH); __type(key, __u32); __type(value, struct summary); } start SEC(".maps");
    static struct summary zero;
    static __u32 turn;
    SEC("tracepoint/syscalls/sys_enter_getppid") int counts(void *ctx) {
      __u32 key = bpf_get_current_pid_tgid() >> 32, size = 3 + turn++ % 3;
      if (key != ${pid}) return 0;
      bpf_map_update_elem(&start, &key, &zero, BPF_NOEXIST);
      struct summary *all = bpf_map_lookup_elem(&start, &key);
      if (!all) return 0;
      all->total += size;
      if (size > 3) all->slots[1]++; else all->slots[0]++;
      if (!all->min || size < all->min) all->min = size;
      if (size > all->max) all->max = size;
      bpf_get_current_comm(all->comm, 16);
      return 0;
    }
    ${LICENSE}`;
  const trace = await load(build(source), { maps: { start: { entries: 5 } } });
  try {
    trace.attach();
    await run();
    trace.detach();
    const states = trace
      .readMaps()
      .map(({ schema: { name, kind }, entries }) => [
        name,
        kind,
        ...[...entries.values()].map(({ value, cells }) => value ?? Object.fromEntries(cells)),
      ]);
    expect(states).toEqual([
      ['@start.total', 'sum', { 0: 1_200n }],
      ['@start', 'hist', { 2: 100n, 3: 200n }],
      ['@start.min', 'min', { 0: 3n }],
      ['@start.max', 'max', { 0: 5n }],
      ['@start.comm', 'value', 'caller'],
    ]);
  } finally {
    trace.close();
  }
});

test.each([
  [
    'which programs were seen to fill',
    'sizeof(sent)',
    'events at0=1 at8=2 at16=3 at24=4 at32=5\n',
    /are read by what programs store/,
  ],
  [
    'of which nothing more is known',
    'size',
    /^events length=44 bytes=01000000000000000200/,
    /not of the length of the structure/,
  ],
])('a structure that only has a likely name is not taken for records of another length, %s', async (...row) => {
  const [, size, line, warning] = row;
  const { pid, run } = await startCaller(3);
  const source = `
    const volatile __u32 size = 40;
    struct wait_data { __u64 since; __u32 cpu; };
    struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 8); __type(key, __u32); __type(value, struct wait_data); } waits SEC(".maps");
    struct { __uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY); __uint(key_size, 4); __uint(value_size, 4); } events SEC(".maps");
    SEC("tracepoint/syscalls/sys_enter_getppid") int counts(void *ctx) {
      __u64 sent[5] = { 1, 2, 3, 4, 5 };
      if (bpf_get_current_pid_tgid() >> 32 == ${pid})
        bpf_perf_event_output(ctx, &events, BPF_F_CURRENT_CPU, sent, ${size});
      return 0;
    }
    ${LICENSE}`;
  const trace = await load(build(source));
  try {
    trace.attach();
    await run();
    trace.detach();
    const text = typeof line === 'string' ? line : expect.stringMatching(line);
    expect(trace.drain().map((event) => event.text)).toEqual([text, text, text]);
    expect(trace.warnings.map(({ message }) => message)).toContainEqual(expect.stringMatching(warning));
  } finally {
    trace.close();
  }
});
