import { expect, test } from 'vitest';
import { InstructionBuilder } from './builder.ts';
import { disassemble, disassembleOne } from './disassemble.ts';

test('a program reads as the verifier writes it', () => {
  const b = new InstructionBuilder();
  const end = b.label();
  b.move(6, 1);
  b.map(1, 'counts');
  b.mapValue(3, 'zeros', 8);
  b.load(4, 2, 6, 16);
  b.store(8, 10, -8, 2);
  b.storeImmediate(1, 10, -16, -1n);
  b.aluImmediate('SUB', 2, 5n);
  b.alu('ARSH', 2, 3);
  b.negate(2);
  b.atomicAdd(0, 8, 2);
  b.atomicFetchAdd(0, 8, 2);
  b.jumpIfImmediate('JSLT', 2, -1n, end);
  b.jumpIf('JNE', 2, 3, end);
  b.call('ktime_get_ns');
  b.constant(4, 1n << 40n);
  b.place(end);
  b.exit();
  expect(disassemble(b.build())).toBe(
    `   0: (bf) r6 = r1
   1: (18) r1 = map[counts]
   3: (18) r3 = map[zeros][0]+8
   5: (61) r2 = *(u32 *)(r6 +16)
   6: (7b) *(u64 *)(r10 -8) = r2
   7: (72) *(u8 *)(r10 -16) = -1
   8: (17) r2 -= 5
   9: (cf) r2 s>>= r3
  10: (87) r2 = -r2
  11: (db) lock *(u64 *)(r0 +8) += r2
  12: (db) r2 = atomic64_fetch_add((u64 *)(r0 +8), r2)
  13: (c5) if r2 s< 0xffffffff goto pc+4
  14: (5d) if r2 != r3 goto pc+3
  15: (85) call bpf_ktime_get_ns#5
  16: (18) r4 = 0x10000000000
  18: (95) exit
`,
  );
});

test.each([
  [{ opcode: 0xb4, imm: 3n }, '(b4) w1 = 3'],
  [{ opcode: 0x37, offset: 1, imm: 7n }, '(37) r1 s/= 7'],
  [{ opcode: 0xdc, imm: 16n }, '(dc) r1 = be16 r1'],
  [{ opcode: 0x91 }, '(91) r1 = *(s8 *)(r0 +0)'],
  [{ opcode: 0x85, imm: 9999n }, '(85) call unknown#9999'],
  [{ opcode: 0xff }, '(ff) unknown'],
])('%o', (part, text) => {
  expect(disassembleOne({ dst: 1, src: 0, offset: 0, imm: 0n, ...part })).toBe(text);
});
