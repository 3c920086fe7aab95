import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hasFeature, KernelObject, nodeIdentity, whyMissing } from '@bpfleet/kernel';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildProbedProgram } from '../probed-program.test-kit.ts';
import { build, noClang } from './clang.test-kit.ts';
import { objectMapSpec } from './object-memory.ts';
import { attachUsdt } from './usdt-place.ts';
import { UsdtSpecs } from './usdt-specs.ts';

const source = `
  struct pt_regs;
  typedef _Bool bool;
  #include <bpf/bpf_tracing.h>
  // Of machines without cookies alone, and another on each architecture.
  #undef PT_REGS_IP
  #define PT_REGS_IP(x) 0
  #include <bpf/usdt.bpf.h>
  struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 8); __type(key, __u32); __type(value, __s64); } sums SEC(".maps");
  static __always_inline void add(__u32 index, long value) {
    __s64 *sum = bpf_map_lookup_elem(&sums, &index);
    if (sum) __sync_fetch_and_add(sum, value);
  }
  SEC("usdt") int plain(struct pt_regs *ctx) {
    long i = 0, small = 0, constant = 0;
    bpf_usdt_arg(ctx, 0, &i); bpf_usdt_arg(ctx, 1, &small); bpf_usdt_arg(ctx, 3, &constant);
    add(0, i); add(1, small); add(2, constant);
    return 0;
  }
  SEC("usdt") int guarded(struct pt_regs *ctx) { long i = 0; bpf_usdt_arg(ctx, 0, &i); add(3, i); return 0; }
  SEC("usdt") int twice(struct pt_regs *ctx) { long i = 0; bpf_usdt_arg(ctx, 0, &i); add(4, i); return 0; }
  char LICENSE[] SEC("license") = "GPL";`;
const programs = ['plain', 'guarded', 'twice'];

let folder = '';
let path = '';
let missing: string | null = null;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bpfleet-'));
  const built = buildProbedProgram(folder);
  missing = noClang() ?? whyMissing('uprobe_multi');
  if ('missing' in built) missing = built.missing;
  else path = built.path;
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** As agents without CAP_SYS_ADMIN attach them: whoever has it leaves them to libbpf. */
test('static probes by links of many uprobes: arguments, several places, and who counts listeners', async (context) => {
  if (missing !== null) context.skip(missing);
  expect(hasFeature('uprobe_multi')).toBe(true);
  const object = new KernelObject(build(source));
  const child = spawn(path, { stdio: ['pipe', 'pipe', 'inherit'] });
  try {
    for (const index of programs.keys()) object.setMulti(index);
    object.load();
    const mapOf = (name: string) => {
      const index = object.maps.findIndex((map) => map.name === name);
      return object.map(index, objectMapSpec(object.maps[index] as KernelObject['maps'][number]));
    };
    const specs = new UsdtSpecs(mapOf(UsdtSpecs.map), nodeIdentity().arch);
    const links = programs.map((name, index) =>
      attachUsdt(object.programFd(index), name, { path, provider: 'mine', name }, specs),
    );
    const output = once(child.stdout, 'data');
    child.stdin.write('g');
    // The semaphore, as the program saw it.
    expect(String((await output)[0])).toBe('1\n');
    for (const link of links) link.close();
    const sums = [0, 1, 2, 3, 4].map((index) => {
      const key = Buffer.alloc(4);
      key.writeUInt32LE(index);
      return Buffer.from(mapOf('sums').lookup(key) ?? []).readBigInt64LE();
    });
    // 0 to 4; -7 and -3, five times each; 0, 10, ... 40; 65535 and -1 of two places.
    expect(sums).toEqual([10n, -35n, -15n, 100n, 65534n]);
    const none = { path, provider: 'mine', name: 'none' };
    expect(() => attachUsdt(object.programFd(0), 'plain', none, specs)).toThrow(/no static probe of that name/);
  } finally {
    child.kill('SIGKILL');
    object.close();
  }
});
