import { describe, expect, test } from 'vitest';
import { kernelNeeded, kernelNeededAt, kernelNeededFor } from './needed-kernel.ts';

const DEBIAN_11 = '5.10.0-35-cloud-amd64';

describe('what a verifier says', () => {
  test.each([
    ['invalid func unknown#181', 'the helper bpf_loop needs kernel 5.17 or newer'],
    ['unknown func bpf_task_storage_get#156', 'the helper bpf_task_storage_get needs kernel 5.11 or newer'],
    ['BPF_STX uses reserved fields', 'an atomic instruction other than addition needs kernel 5.12 or newer'],
    ['unrecognized bpf_ld_imm64 insn', /^a function that is given to a helper, .* needs kernel 5\.13 or newer$/],
    ['BPF_CALL uses reserved fields', 'a call of a kernel function needs kernel 5.13 or newer'],
    ['BPF_MOV uses reserved fields', "an instruction of clang's -mcpu=v4 needs kernel 6.6 or newer"],
    ['unknown opcode 06', "an instruction of clang's -mcpu=v4 needs kernel 6.6 or newer"],
  ])('%s', (reason, needed) => {
    expect(kernelNeeded(reason, DEBIAN_11)).toMatch(needed);
    expect(kernelNeeded(reason, '6.12.5')).toBeNull();
  });

  test.each([
    // Every kernel here has it, but not for programs of each type.
    'unknown func bpf_d_path#147',
    'invalid func unknown#4711',
    "R1 invalid mem access 'scalar'",
  ])('%s tells of no kernel', (reason) => {
    expect(kernelNeeded(reason, DEBIAN_11)).toBeNull();
  });
});

test.each([
  ['kprobe.multi/vfs_*', DEBIAN_11, 'kprobe.multi needs kernel 5.18 or newer'],
  ['kprobe.multi/vfs_*', '5.18.0', null],
  ['kprobe/vfs_read', DEBIAN_11, null],
  ['lsm_cgroup/socket_bind', DEBIAN_11, 'lsm_cgroup needs kernel 6.0 or newer'],
  ['lsm/file_open', DEBIAN_11, null],
  ['lsm.s/file_open', '5.9.1', 'a program that may sleep needs kernel 5.10 or newer'],
  ['iter/task', '5.4.0', 'an iterator needs kernel 5.8 or newer'],
  ['cgroup/connect_unix', '6.1.0', 'a hook of unix sockets needs kernel 6.7 or newer'],
])('section %s on %s', (section, release, needed) => {
  expect(kernelNeededAt(section, release)).toBe(needed);
});

test('maps are told all at once', () => {
  const maps = [
    { name: 'plain', type: 1 },
    { name: 'answers', type: 31 },
    { name: 'seen', type: 30 },
  ];
  expect(kernelNeededFor(maps, DEBIAN_11)).toBe(
    'map "answers" of type USER_RINGBUF needs kernel 6.1 or newer; map "seen" of type BLOOM_FILTER needs kernel 5.16 or newer',
  );
  expect(kernelNeededFor(maps, '6.1.0')).toBeNull();
});
