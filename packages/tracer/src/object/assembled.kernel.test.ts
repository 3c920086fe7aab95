import { spawnSync } from 'node:child_process';
import { assemble, writeObject } from '@bpfleet/bpf';
import { expect, test } from 'vitest';
import { loadTrace } from '../index.ts';

function objectOf(text: string): Uint8Array {
  const assembled = assemble(text, 'x.bpf.s');
  if ('errors' in assembled) throw new Error(assembled.errors.map(({ line, message }) => `${line}: ${message}`).join());
  return writeObject(assembled.object);
}

const load = (text: string) => loadTrace({ kind: 'object', object: objectOf(text), name: 'x.bpf.s' });

/** Counts writes by their size, of which no other process makes such ones. */
const counting = `
.map sizes hash key=u64 value=u64 entries=64
.program count_writes tracepoint/syscalls/sys_enter_write
  r6 = *(u64 *)(r1 + 32)
  if r6 != 4357 goto out
  *(u64 *)(r10 - 8) = r6
  r1 = map[sizes]
  r2 = r10
  r2 += -8
  call bpf_map_lookup_elem
  if r0 == 0 goto first
  r1 = 1
  lock *(u64 *)(r0 + 0) += r1
  goto out
first:
  *(u64 *)(r10 - 16) = 1
  r1 = map[sizes]
  r2 = r10
  r2 += -8
  r3 = r10
  r3 += -16
  r4 = 0
  call bpf_map_update_elem
out:
  r0 = 0
  exit`;

test('a program by hand counts exactly', async () => {
  const trace = await load(counting);
  try {
    trace.attach();
    const made = spawnSync('dd', ['if=/dev/zero', 'of=/dev/null', 'bs=4357', 'count=20000', 'status=none']);
    expect(made.status).toBe(0);
    trace.detach();
    const [map] = trace.readMaps();
    expect(map?.schema.name).toBe('@sizes');
    expect([...(map?.entries.values() ?? [])].map(({ key, cells }) => [...key, cells.get(0)])).toEqual([
      [4357n, 20_000n],
    ]);
  } finally {
    trace.close();
  }
});

test("what the verifier refuses is told with the program's line", async () => {
  const program = '.program p tracepoint/syscalls/sys_enter_write\n  r0 = *(u64 *)(r3 + 8)\n  exit';
  await expect(load(program)).rejects.toThrow(
    /^the kernel refused program "p": R3 !read_ok, at "r0 = \*\(u64 \*\)\(r3 \+ 8\)"/,
  );
});
