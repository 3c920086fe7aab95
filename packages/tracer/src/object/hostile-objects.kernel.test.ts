import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { composeObject } from '@bpfleet/bpf';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { build, noClang } from './clang.test-kit.ts';

/** A thousand take four seconds; `BPFLEET_MUTATIONS=100000` is what a release is held against. */
const RUNS = Number(process.env.BPFLEET_MUTATIONS ?? 300);

/** Something of everything that is read of an object. */
const SOURCE = `
  enum kind { NONE, CALL };
  struct event { __u64 number; enum kind kind; __u32 low : 3, high : 5; char comm[16]; union { __u32 four; __u8 six[6]; }; };
  struct hist { __u32 slots[26]; struct { char name[8]; __s16 least; } inner; };
  const volatile __u32 targ_pid = 0;
  struct hist hists[2];
  __u64 number;
  struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 8); __type(key, __u32); __type(value, __u64); } calls SEC(".maps");
  struct { __uint(type, BPF_MAP_TYPE_PERCPU_HASH); __uint(max_entries, 8); __type(key, struct event); __type(value, struct hist); } all SEC(".maps");
  struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 4096); } events SEC(".maps");
  struct { __uint(type, BPF_MAP_TYPE_STACK_TRACE); __uint(key_size, 4); __uint(value_size, 80); __uint(max_entries, 8); } stacks SEC(".maps");
  SEC("tracepoint/syscalls/sys_enter_getppid") int enter(void *ctx) {
    __u32 key = targ_pid;
    struct event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
    if (!event) return 0;
    event->number = number++;
    bpf_ringbuf_submit(event, 0);
    hists[1].slots[3]++;
    return bpf_map_lookup_elem(&calls, &key) != 0;
  }
  char LICENSE[] SEC("license") = "GPL";`;

const MANIFEST = {
  parameters: { targ_pid: { default: 7 } },
  outputs: { hists: { merge: 'hist' }, events: { record: 'event' }, all: { fields: { 'inner.least': 'min' } } },
  maps: { calls: { entries: 16 } },
  programs: { enter: { load: true } },
};

/** Each: what to write where, and how much to keep. */
const edits = (length: number) =>
  fc.tuple(
    fc.array(fc.tuple(fc.nat(length - 1), fc.nat(255)), { maxLength: 6 }),
    fc.oneof({ weight: 4, arbitrary: fc.constant(length) }, fc.nat(length)),
  );

test('whatever is in an object, the answer is a refusal or a check, never a crash', { timeout: 0 }, (context) => {
  const reason = noClang();
  if (reason !== null) context.skip(reason);
  const folder = mkdtempSync(join(tmpdir(), 'bpfleet-hostile-'));
  try {
    const composed = composeObject(build(SOURCE), MANIFEST, {});
    if ('problems' in composed) throw new Error(JSON.stringify(composed.problems));
    const { object } = composed;
    const cases = fc.sample(edits(object.length), { numRuns: RUNS });
    writeFileSync(join(folder, 'x.bpf.o'), object);
    writeFileSync(join(folder, 'cases.json'), JSON.stringify(cases));
    // In a process of its own: what libbpf and libelf make of the bytes must not take the tests down.
    const main = fileURLToPath(new URL('./check-objects-main.test-kit.ts', import.meta.url));
    const args = ['--conditions=bpfleet-source', main, folder];
    const { status, signal, stdout, stderr } = spawnSync(process.execPath, args, {
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    });
    const lines = stdout.trim().split('\n');
    expect({ status, signal }, `${lines.at(-1)}\n${stderr.slice(-4_000)}`).toEqual({ status: 0, signal: null });
    expect(lines).toHaveLength(cases.length);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
