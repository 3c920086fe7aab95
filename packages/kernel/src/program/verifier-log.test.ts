import { describe, expect, test } from 'vitest';
import { explainRefusal, instructionAtSlot } from './explain-refusal.ts';
import { readVerifierLog } from './verifier-log.ts';

const invalidAccess = `0: R1=ctx() R10=fp0
; @b = *(0) @ script.bt:1
0: (b7) r1 = 0                        ; R1_w=0
1: (79) r0 = *(u64 *)(r1 +8)
R1 invalid mem access 'scalar'
processed 2 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0`;

const afterBranch = `5: (85) call bpf_map_lookup_elem#1      ; R0_w=map_value_or_null(id=1)
6: (7b) *(u64 *)(r0 +0) = r1
R0 invalid mem access 'map_value_or_null'
verification time 34 usec
stack depth 8
processed 7 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0`;

const early = `unknown opcode ff
processed 0 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0`;

const endless = `5: (05) goto pc-3
infinite loop detected at insn 3
cur state: R1=1 R10=fp0
old state: R1=1 R10=fp0
processed 9 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0`;

const backEdge = 'back-edge from insn 7 to 3';

describe('readVerifierLog', () => {
  test.each([
    ['a bad access', invalidAccess, "R1 invalid mem access 'scalar'", 1],
    ['statistics at the end', afterBranch, "R0 invalid mem access 'map_value_or_null'", 6],
    ['a refusal before the walk', early, 'unknown opcode ff', null],
    ['an endless loop', endless, 'infinite loop detected at insn 3', 5],
    ['an instruction named in the sentence', backEdge, backEdge, 7],
    ['an empty log', '', 'the verifier gave no reason', null],
  ])('%s', (_name, log, reason, slot) => {
    expect(readVerifierLog(log)).toEqual({ reason, slot });
  });
});

const move = { opcode: 0xb7, dst: 1, src: 0, offset: 0, imm: 0n };
const lddw = { ...move, opcode: 0x18 };

describe('explainRefusal', () => {
  test.each([
    [0, 0],
    [1, 1],
    [2, 1],
    [3, 2],
    [4, null],
  ])('slot %i is instruction %s of [mov, lddw, mov]', (slot, instruction) => {
    expect(instructionAtSlot([move, lddw, move], slot)).toBe(instruction);
  });

  test('names the line of the script', () => {
    const spec = {
      name: 'p',
      type: 17,
      attach: { kind: 'begin' },
      instructions: [move, move],
      license: 'GPL',
      sourceLines: [
        { instruction: 0, line: 1, column: 1 },
        { instruction: 1, line: 3, column: 5 },
      ],
    } as const;
    expect(explainRefusal(spec, invalidAccess)).toEqual({
      reason: "R1 invalid mem access 'scalar'",
      instruction: 1,
      source: { instruction: 1, line: 3, column: 5 },
    });
  });
});
