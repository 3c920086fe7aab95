import { expect, test } from 'vitest';
import { assemble } from '../asm/assembler/assemble.ts';
import { readObject } from '../elf/read-object.ts';
import { writeObject } from '../elf/write-object.ts';
import { objectText } from './object-text.ts';

const SOURCE = `.map counts hash key=u32 value=u64 entries=8
.program first tracepoint/syscalls/sys_enter_getppid
  r1 = map[counts]
  r0 = 0
  exit
.program second raw_tp/sys_enter
  call bpf_ktime_get_ns
  exit
`;

test('the programs of an object as text, with the names of its maps', () => {
  const assembled = assemble(SOURCE, 'x');
  if ('errors' in assembled) throw new Error(assembled.errors.map(({ message }) => message).join());
  expect(
    objectText(readObject(writeObject(assembled.object))),
  ).toBe(`program first (tracepoint/syscalls/sys_enter_getppid)
   0: (18) r1 = map[counts]
   2: (b7) r0 = 0
   3: (95) exit

program second (raw_tp/sys_enter)
   0: (85) call bpf_ktime_get_ns#5
   1: (95) exit
`);
});
