import { expect, test } from 'vitest';
import { parseArgument, splitArguments } from './static-argument.ts';

test.each([
  ['x86-64', '8@%rdi', { kind: 'register', offset: 112, size: 8, signed: false }],
  ['x86-64', '-4@%eax', { kind: 'register', offset: 80, size: 4, signed: true }],
  ['x86-64', '1@%bl', { kind: 'register', offset: 40, size: 1, signed: false }],
  ['x86-64', '1@%sil', { kind: 'register', offset: 104, size: 1, signed: false }],
  ['x86-64', '4@%r10d', { kind: 'register', offset: 56, size: 4, signed: false }],
  ['x86-64', '2@%r15w', { kind: 'register', offset: 0, size: 2, signed: false }],
  ['x86-64', '4@$-5', { kind: 'constant', value: -5n, size: 4, signed: false }],
  ['x86-64', '-4@-20(%rbp)', { kind: 'memory', base: 32, displacement: -20n, size: 4, signed: true }],
  ['x86-64', '8@(%rsp)', { kind: 'memory', base: 152, displacement: 0n, size: 8, signed: false }],
  [
    'x86-64',
    '8@16(%rdx,%rcx,8)',
    { kind: 'memory', base: 96, displacement: 16n, index: { offset: 88, scale: 8 }, size: 8, signed: false },
  ],
  ['arm64', '8@x0', { kind: 'register', offset: 0, size: 8, signed: false }],
  ['arm64', '-4@w21', { kind: 'register', offset: 168, size: 4, signed: true }],
  ['arm64', '4@5', { kind: 'constant', value: 5n, size: 4, signed: false }],
  ['arm64', '-4@[sp, 60]', { kind: 'memory', base: 248, displacement: 60n, size: 4, signed: true }],
  ['arm64', '8@[x29]', { kind: 'memory', base: 232, displacement: 0n, size: 8, signed: false }],
] as const)('%s %s', (arch, text, argument) => {
  expect(parseArgument(arch, text)).toEqual(argument);
});

test.each([
  ['x86-64', '8f@%xmm0'],
  ['x86-64', '8@%xmm0'],
  ['x86-64', '3@%rax'],
  ['x86-64', '4@counter(%rip)'],
  ['x86-64', '8@%r16'],
  ['x86-64', '8@%eal'],
  ['arm64', '8@x31'],
  ['arm64', '8@v0'],
  ['arm64', ''],
] as const)('%s cannot read %s', (arch, text) => {
  expect(parseArgument(arch, text)).toBeUndefined();
});

test('arguments are parted by blanks, but not within brackets', () => {
  expect(splitArguments('8@x0 -4@[sp, 60] 4@5')).toEqual(['8@x0', '-4@[sp, 60]', '4@5']);
  expect(splitArguments('-4@-8(%rbp,%rax,4) 8f@%xmm0 8@%rdi')).toEqual(['-4@-8(%rbp,%rax,4)', '8f@%xmm0', '8@%rdi']);
  expect(splitArguments('')).toEqual([]);
});
