import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { build, noClang } from './clang.test-kit.ts';

const SOURCE = `
  struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 8); __type(key, __u32); __type(value, __u64); } calls SEC(".maps");
  SEC("tracepoint/syscalls/sys_enter_getppid") int enter(void *ctx) {
    __u32 key = 1;
    return bpf_map_lookup_elem(&calls, &key) != 0;
  }
  char LICENSE[] SEC("license") = "GPL";`;

/** Each: what to write where, and how much to keep. */
const edits = (length: number) =>
  fc.tuple(
    fc.array(fc.tuple(fc.nat(length - 1), fc.nat(255)), { maxLength: 6 }),
    fc.oneof({ weight: 4, arbitrary: fc.constant(length) }, fc.nat(length)),
  );

test('whatever is in an object, the answer is a refusal or a check, never a crash', (context) => {
  const reason = noClang();
  if (reason !== null) context.skip(reason);
  const folder = mkdtempSync(join(tmpdir(), 'bpfleet-hostile-'));
  try {
    const object = build(SOURCE);
    const cases = fc.sample(edits(object.length), { numRuns: 300 });
    writeFileSync(join(folder, 'x.bpf.o'), object);
    writeFileSync(join(folder, 'cases.json'), JSON.stringify(cases));
    // In a process of its own: what libbpf and libelf make of the bytes must not take the tests down.
    const main = fileURLToPath(new URL('./check-objects-main.test-kit.ts', import.meta.url));
    const args = ['--conditions=bpfleet-source', main, folder];
    const { status, signal, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    expect({ status, signal, last: stdout.trim().split('\n').at(-1), stderr }).toMatchObject({
      status: 0,
      signal: null,
    });
    expect(stdout.trim().split('\n')).toHaveLength(cases.length);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
