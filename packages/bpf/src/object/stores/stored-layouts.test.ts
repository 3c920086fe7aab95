import fc from 'fast-check';
import { expect, test } from 'vitest';
import { assemble } from '../../asm/assembler/assemble.ts';
import { minimalObject } from '../../elf/minimal-object.test-kit.ts';
import { readObject } from '../../elf/read-object.ts';
import { writeObject } from '../../elf/write-object.ts';
import { layOutFields } from '../../manifest/record-layout.ts';
import { storedLayouts } from './stored-layouts.ts';

const MAPS =
  '.map events perf_event_array key=u32 value=u32 entries=8\n.map ring ringbuf entries=4096\n.map heap hash key=u32 value=char[64] entries=1\n';

function layouts(body: string, section = 'tracepoint/syscalls/sys_enter_getppid') {
  const assembled = assemble(`${MAPS}.program p ${section}\n${body}\n  exit\n`, 'x');
  if ('errors' in assembled) throw new Error(assembled.errors.map(({ line, message }) => `${line}: ${message}`).join());
  return Object.fromEntries(storedLayouts(readObject(writeObject(assembled.object))));
}

const send = (at: number, size: number) => `
  r1 = r6
  r2 = map[events]
  r3 = 0
  r4 = r10
  r4 += ${at}
  r5 = ${size}
  call bpf_perf_event_output`;

test('a record on the stack, with what helpers gave, a text, and room that alignment explains', () => {
  const body = `
  r6 = r1
  call bpf_ktime_get_ns
  *(u64 *)(r10 - 48) = r0
  call bpf_get_current_pid_tgid
  r1 = r0
  r1 >>= 32
  *(u32 *)(r10 - 40) = r1
  *(u32 *)(r10 - 36) = r0
  *(u8 *)(r10 - 32) = 7
  *(u32 *)(r10 - 28) = 9
  r1 = r10
  r1 += -24
  r2 = 16
  call bpf_get_current_comm${send(-48, 40)}`;
  const fields = ['u64 ts', 'u32 pid', 'u32 tid', 'u8 at16', 'u32 at20', 'char comm[16]'];
  expect(layouts(body)).toEqual({ events: { size: 40, fields } });
});

test.each([
  ['tracepoint/syscalls/sys_exit_getppid', ['u32 pid', 's32 ret', 's64 at8', 'u64 at16']],
  ['tracepoint/syscalls/sys_enter_getppid', ['u32 pid', 'u32 at4', 'u64 at8', 'u64 at16']],
])('what a system call returned may be negative: %s', (section, fields) => {
  const body = `
  r6 = r1
  call bpf_get_current_pid_tgid
  r0 >>= 32
  *(u32 *)(r10 - 24) = r0
  r1 = *(u64 *)(r6 + 16)
  *(u64 *)(r10 - 16) = r1
  r2 = *(u64 *)(r6 + 24)
  *(u64 *)(r10 - 8) = r2
  *(u32 *)(r10 - 20) = r1${send(-24, 24)}`;
  expect(layouts(body, section)).toEqual({ events: { size: 24, fields } });
});

test('a record that is cleared first, and of which a part is filled in a way that is not seen', () => {
  const body = `
  r6 = r1
  *(u64 *)(r10 - 40) = 0
  *(u64 *)(r10 - 32) = 0
  *(u16 *)(r10 - 40) = 5
  r1 = *(u64 *)(r6 + 16)
  *(u64 *)(r10 - 8) = r1${send(-40, 40)}`;
  expect(layouts(body)).toEqual({ events: { size: 40, fields: ['u16 at0', 'u8 at2[30]', 'u64 at32'] } });
});

test('a record that is reserved in a ring, filled on one of two ways, and a pointer to it that was put on the stack', () => {
  const body = `
  r6 = r1
  r1 = map[ring]
  r2 = 24
  r3 = 0
  call bpf_ringbuf_reserve
  if r0 == 0 goto out
  *(u64 *)(r10 - 8) = r0
  r7 = *(u64 *)(r6 + 16)
  if r7 == 3 goto other
  *(u32 *)(r0 + 0) = 1
  goto both
other:
  *(u32 *)(r0 + 4) = 2
both:
  r1 = *(u64 *)(r10 - 8)
  r1 += 8
  r2 = 16
  r3 = r7
  call bpf_probe_read_kernel_str
  r1 = *(u64 *)(r10 - 8)
  r2 = 0
  call bpf_ringbuf_submit
out:
  r0 = 0`;
  expect(layouts(body)).toEqual({ ring: { size: 24, fields: ['u32 at0', 'u32 at4', 'char at8[16]'] } });
});

test('a record in the value of a map, and how long something took', () => {
  const body = `
  r6 = r1
  *(u32 *)(r10 - 4) = 1
  r1 = map[heap]
  r2 = r10
  r2 += -4
  call bpf_map_lookup_elem
  if r0 == 0 goto out
  r7 = r0
  r8 = *(u64 *)(r7 + 8)
  call bpf_ktime_get_ns
  r0 -= r8
  *(u64 *)(r7 + 0) = r0
  *(u64 *)(r7 + 8) = r8
  r1 = r6
  r2 = map[events]
  r3 = 0
  r4 = r7
  r5 = 16
  call bpf_perf_event_output
out:
  r0 = 0`;
  expect(layouts(body)).toEqual({ events: { size: 16, fields: ['u64 delta', 'u64 at8'] } });
});

test('nothing is made of a record of which nothing is seen', () => {
  expect(layouts(`  r6 = r1${send(-40, 40)}`)).toEqual({});
});

test('whatever the instructions are, there is an answer, and a manifest may say what it says', () => {
  const sections = readObject(minimalObject());
  const code = sections.findIndex(({ flags, size }) => (Number(flags) & 4) !== 0 && size > 0);
  const opcodes = fc.constantFrom(
    0x18,
    0x85,
    0x7b,
    0x63,
    0x73,
    0x7a,
    0x62,
    0xbf,
    0xb7,
    0x07,
    0x05,
    0x15,
    0x95,
    0x79,
    0x77,
  );
  const slot = fc.tuple(fc.oneof(opcodes, fc.nat(255)), fc.nat(255), fc.integer(), fc.integer({ min: -200, max: 200 }));
  fc.assert(
    fc.property(fc.array(slot, { maxLength: 200 }), (slots) => {
      const bytes = Buffer.alloc(slots.length * 8);
      for (const [index, [opcode, registers, offset, imm]] of slots.entries()) {
        bytes.set([opcode, registers, offset & 0xff, (offset >> 8) & 0xff], index * 8);
        bytes.writeInt32LE(imm, index * 8 + 4);
      }
      const changed = sections.map((each, index) => (index === code ? { ...each, bytes } : each));
      for (const { fields } of storedLayouts(changed).values()) expect(layOutFields(fields)).not.toBeTypeOf('string');
    }),
  );
});
