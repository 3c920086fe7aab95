import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { composeObject, type ManifestProgram, type ObjectManifest } from '@bpfleet/bpf';
import { hasFeature, isProgramLoaded } from '@bpfleet/kernel';
import { beforeEach, describe, expect, type TestContext, test } from 'vitest';
import type { Trace } from '../api.ts';
import { loadTrace, runTrace } from '../index.ts';
import { TraceError } from '../trace-error.ts';
import { build, noClang } from './clang.test-kit.ts';

const LICENSE = 'char LICENSE[] SEC("license") = "GPL";';

async function load(source: string, manifest: ObjectManifest = {}): Promise<Trace> {
  const composed = composeObject(build(`${source}\n${LICENSE}`), manifest, {});
  if ('problems' in composed) throw new Error(JSON.stringify(composed.problems));
  return loadTrace({ kind: 'object', object: composed.object, name: 'x.bpf.o' });
}

/** As `load`, and skipped where this kernel does not let us. */
async function loadOrSkip(context: TestContext, source: string, manifest: ObjectManifest): Promise<Trace> {
  try {
    return await load(source, manifest);
  } catch (error) {
    if (error instanceof TraceError && error.code === 'permission') context.skip(error.message);
    throw error;
  }
}

function attachOrSkip(context: TestContext, trace: Trace): void {
  try {
    trace.attach();
  } catch (error) {
    if (error instanceof TraceError && /EPERM|6\.6|ENOTSUP|EOPNOTSUPP/.test(error.message)) context.skip(error.message);
    throw error;
  }
}

const sumOf = (trace: Trace) =>
  [...(trace.readMaps()[0]?.entries.values() ?? [])].map(({ cells }) => cells.get(0))[0] ?? 0n;

/** This process's, in the hierarchy of version 2. */
function ownCgroup(): string {
  const [, path = '/'] = /^0::(.*)$/m.exec(readFileSync('/proc/self/cgroup', 'utf8')) ?? [];
  return path;
}

/** A datagram to nobody on the loopback interface. */
function sendDatagram(): Promise<void> {
  const socket = createSocket('udp4');
  return new Promise((resolve) => {
    socket.send('x', 9, '127.0.0.1', () => socket.close(() => resolve()));
  });
}

describe('programs of other types', () => {
  beforeEach((context) => {
    const reason = noClang();
    if (reason !== null) context.skip(reason);
  });

  test('an iterator is text, and over once it is read', async (context) => {
    if (!hasFeature('iter')) context.skip('this kernel has no iterators');
    const trace = await load(`
      #define BPF_SEQ_PRINTF(seq, text, ...) ({ static const char format[] = text; unsigned long long values[] = { __VA_ARGS__ }; bpf_seq_printf(seq, format, sizeof(format), values, sizeof(values)); })
      struct seq_file; struct bpf_iter_meta { struct seq_file *seq; } __attribute__((preserve_access_index));
      struct task_struct { int pid; } __attribute__((preserve_access_index));
      struct bpf_iter__task { struct bpf_iter_meta *meta; struct task_struct *task; } __attribute__((preserve_access_index));
      SEC("iter/task") int dump(struct bpf_iter__task *ctx) {
        struct task_struct *task = ctx->task;
        if (!task) return 0;
        BPF_SEQ_PRINTF(ctx->meta->seq, "task %d\\n", task->pid);
        return 0;
      }`);
    try {
      const lines: string[] = [];
      const { ended } = await runTrace(trace, {
        intervalMs: 60_000,
        onEvents: (events) => lines.push(...events.map(({ text }) => text)),
        onWindow: () => undefined,
      });
      expect(ended).toBe('exit');
      expect(lines).toContain(`task ${process.pid}\n`);
      expect(lines.every((line) => /^task \d+\n$/.test(line))).toBe(true);
    } finally {
      trace.close();
    }
  });

  test('an iterator that writes structures gives records, where a manifest names their structure', async (context) => {
    if (!hasFeature('iter')) context.skip('this kernel has no iterators');
    const source = `
      struct seq_file; struct bpf_iter_meta { struct seq_file *seq; } __attribute__((preserve_access_index));
      struct task_struct { int pid; int tgid; } __attribute__((preserve_access_index));
      struct bpf_iter__task { struct bpf_iter_meta *meta; struct task_struct *task; } __attribute__((preserve_access_index));
      struct task_info { int pid; int tgid; } *unused_task_info __attribute__((unused));
      SEC("iter/task") int dump(struct bpf_iter__task *ctx) {
        struct task_struct *task = ctx->task;
        if (!task) return 0;
        struct task_info info = { task->pid, task->tgid };
        bpf_seq_write(ctx->meta->seq, &info, sizeof(info));
        return 0;
      }`;
    const described: ObjectManifest['outputs'] = { dump: { record: 'task_info' } };
    for (const outputs of [described, {}]) {
      const trace = await load(source, { outputs });
      const lines: string[] = [];
      try {
        trace.attach();
        while (trace.hasNews) lines.push(...trace.drain().map(({ text }) => text));
        const warnings = trace.warnings.map(({ message }) => message).join();
        if (outputs.dump === undefined)
          expect(warnings).toMatch(/iterator "dump" writes bytes .*\{dump: \{record: STRUCT/);
        else expect(lines).toContain(`dump pid=${process.pid} tgid=${process.pid}\n`);
      } finally {
        trace.close();
      }
    }
  });

  test('an iterator of a map runs over the one that a manifest names', async (context) => {
    if (!hasFeature('iter')) context.skip('this kernel has no iterators');
    const source = `
      struct seq_file; struct bpf_map; struct bpf_iter_meta { struct seq_file *seq; } __attribute__((preserve_access_index));
      struct bpf_iter__bpf_map_elem { struct bpf_iter_meta *meta; struct bpf_map *map; void *key; void *value; } __attribute__((preserve_access_index));
      struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 3); __type(key, __u32); __type(value, __u64); } numbers SEC(".maps");
      SEC("iter/bpf_map_elem") int dump(struct bpf_iter__bpf_map_elem *ctx) {
        static const char format[] = "key %d\\n";
        __u32 *key = ctx->key;
        if (!key) return 0;
        __u64 value = *key;
        bpf_seq_printf(ctx->meta->seq, format, sizeof(format), &value, sizeof(value));
        return 0;
      }`;
    const trace = await loadOrSkip(context, source, { programs: { dump: { map: 'numbers' } } });
    try {
      trace.attach();
      const lines: string[] = [];
      while (trace.hasNews) lines.push(...trace.drain().map(({ text }) => text));
      expect(lines).toEqual(['key 0\n', 'key 1\n', 'key 2\n']);
    } finally {
      trace.close();
    }
  });

  test('that it prints by bpf_printk is told: nobody reads that', async () => {
    const source = `SEC("raw_tp/sys_enter") int say(void *ctx) { static const char text[] = "x"; bpf_trace_printk(text, 2); return 0; }`;
    const trace = await load(source);
    expect(trace.warnings.map(({ message }) => message).join()).toMatch(/bpf_printk goes to the trace pipe/);
    trace.close();
  });

  test('samples by a clock on every CPU', async () => {
    const source =
      '__u64 samples; SEC("perf_event") int sample(void *ctx) { __sync_fetch_and_add(&samples, 1); return 0; }';
    const trace = await load(source, { programs: { sample: { frequency: 1_000 } } });
    try {
      expect(trace.warnings.map(({ message }) => message).join()).toMatch(
        /: cpu-clock 1000 times a second of each CPU \("sample"\)/,
      );
      trace.attach();
      await expect.poll(() => sumOf(trace), { timeout: 20_000 }).toBeGreaterThan(100n);
      trace.detach();
      const last = sumOf(trace);
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(sumOf(trace)).toBe(last);
    } finally {
      trace.close();
    }
  });

  test('stacks of a key are found by their symbols', async () => {
    const source = `
      struct key { __u32 pid; int user_stack_id; int kern_stack_id; };
      struct { __uint(type, BPF_MAP_TYPE_STACK_TRACE); __uint(key_size, 4); __uint(value_size, 127 * 8); __uint(max_entries, 1024); } stackmap SEC(".maps");
      struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 1024); __type(key, struct key); __type(value, __u64); } counts SEC(".maps");
      SEC("tp_btf/sys_enter") int enter(void *ctx) {
        struct key key = { bpf_get_current_pid_tgid() >> 32 };
        __u64 one = 1, *n;
        if (key.pid != ${process.pid}) return 0;
        key.user_stack_id = bpf_get_stackid(ctx, &stackmap, BPF_F_USER_STACK);
        key.kern_stack_id = bpf_get_stackid(ctx, &stackmap, 0);
        n = bpf_map_lookup_elem(&counts, &key);
        if (n) __sync_fetch_and_add(n, 1); else bpf_map_update_elem(&counts, &key, &one, BPF_ANY);
        return 0;
      }`;
    const trace = await load(source);
    try {
      expect(trace.schemas[0]).toMatchObject({ name: '@counts', key: ['uint', 'stack', 'stack'] });
      trace.attach();
      readFileSync('/proc/self/stat');
      trace.detach();
      const entries = [...(trace.readMaps()[0]?.entries.values() ?? [])];
      const symbols = (part: number) =>
        entries.flatMap(({ key }) => (key[part] as readonly { readonly symbol: string }[]).map(({ symbol }) => symbol));
      expect(symbols(2).join(' ')).toMatch(/syscall/);
      expect(symbols(1).length).toBeGreaterThan(0);
    } finally {
      trace.close();
    }
  });

  test('a uprobe where the manifest puts it', async () => {
    const source = '__u64 calls; SEC("uprobe") int enter(void *ctx) { __sync_fetch_and_add(&calls, 1); return 0; }';
    const trace = await load(source, { programs: { enter: { attach: 'uprobe/libc.so.6:getppid' } } });
    try {
      trace.attach();
      expect(process.ppid).toBeGreaterThan(0);
      await expect.poll(() => sumOf(trace)).toBeGreaterThan(0n);
    } finally {
      trace.close();
    }
  });

  const counting = (section: string, context: string, verdict: number) =>
    `__u64 packets; SEC("${section}") int count(${context} *ctx) { __sync_fetch_and_add(&packets, 1); return ${verdict}; }`;

  test.for<[string, string, number, ManifestProgram]>([
    ['xdp', 'struct xdp_md', 2, { interfaces: ['lo'] }],
    ['tc', 'struct __sk_buff', -1, { interfaces: ['lo'], direction: 'egress' }],
    ['cgroup_skb/egress', 'struct __sk_buff', 1, { cgroup: ownCgroup() }],
  ])('%s counts packets where a manifest puts it and allows it', async ([section, type, verdict, place], context) => {
    const source = counting(section, type, verdict);
    await expect(load(source, { programs: { count: place } })).rejects.toThrow(/by changes: \[network\]/);
    const trace = await loadOrSkip(context, source, { programs: { count: place }, changes: ['network'] });
    try {
      expect(trace.warnings.map(({ message }) => message)).toContain(
        `program "count" (${section}) can change what this machine does: network`,
      );
      attachOrSkip(context, trace);
      await sendDatagram();
      await expect.poll(() => sumOf(trace)).toBeGreaterThan(0n);
    } finally {
      trace.close();
    }
    await expect.poll(() => trace.programIds.filter(isProgramLoaded)).toEqual([]);
  });
});
