import { spawnSync } from 'node:child_process';
import { assemble, writeObject } from '@bpfleet/bpf';
import { expect, test } from 'vitest';
import { loadTrace } from '../index.ts';
import { startCaller } from './caller.test-kit.ts';

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

/** Sends a record of which no type information says what it is, as stripped objects do. */
const sending = (pid: number) => `
.map events perf_event_array key=u32 value=u32 entries=64
.program tells tracepoint/syscalls/sys_enter_getppid
  r6 = r1
  call bpf_get_current_pid_tgid
  r1 = r0
  r1 >>= 32
  if r1 != ${pid} goto out
  *(u32 *)(r10 - 32) = r1
  *(u32 *)(r10 - 28) = r0
  *(u64 *)(r10 - 24) = 81
  r1 = r10
  r1 += -16
  r2 = 16
  call bpf_get_current_comm
  r1 = r6
  r2 = map[events]
  r3 = 0xffffffff ll
  r4 = r10
  r4 += -32
  r5 = 32
  call bpf_perf_event_output
out:
  r0 = 0
  exit
`;

test('a record of which no structure is known is read by what is stored in it, and that is told', async () => {
  const { pid, run } = await startCaller(2);
  const trace = await load(sending(pid));
  try {
    trace.attach();
    await run();
    trace.detach();
    const line = `events pid=${pid} tid=${pid} at8=81 comm=caller\n`;
    expect(trace.drain().map(({ text }) => text)).toEqual([line, line]);
    expect(trace.warnings.map(({ message }) => message)).toEqual([
      'records of events are read by what programs store in them, since no structure is found; a manifest may name the fields (outputs: {events: {layout: [u32 pid, u32 tid, u64 at8, "char comm[16]"]}})',
    ]);
  } finally {
    trace.close();
  }
});
