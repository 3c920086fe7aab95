import type { MapSpec } from '@bpfleet/bpf';
import { expect, test } from 'vitest';
import { UsdtSpecs, usdtSpec } from './usdt-specs.ts';

/** An argument as `usdt.bpf.h` reads it. */
function argument(spec: Uint8Array, index: number) {
  const view = Buffer.from(spec).subarray(index * 16);
  return {
    value: view.readBigInt64LE(0),
    type: view.readUInt32LE(8),
    register: view.readInt16LE(12),
    signed: view.readUInt8(14),
    shift: view.readUInt8(15),
  };
}

test('arguments in registers, in memory and that are constants', () => {
  const spec = usdtSpec('8@%rdi -4@-12(%rbp) 2@$-1', 'x86-64') as Uint8Array;
  expect(spec.length).toBe(208);
  expect(Buffer.from(spec).readInt16LE(200)).toBe(3);
  expect([0, 1, 2].map((index) => argument(spec, index))).toEqual([
    { value: 0n, type: 1, register: 112, signed: 0, shift: 0 },
    { value: -12n, type: 2, register: 32, signed: 1, shift: 32 },
    { value: -1n, type: 0, register: 0, signed: 0, shift: 48 },
  ]);
});

test('arm64 names its registers otherwise', () => {
  const spec = usdtSpec('8@x0 -4@[sp, 12]', 'arm64') as Uint8Array;
  expect([argument(spec, 0).register, argument(spec, 1)]).toEqual([
    0,
    { value: 12n, type: 2, register: 248, signed: 1, shift: 32 },
  ]);
});

test.each([
  ['8@%rdi 8f@%xmm0', 'its argument 1 is where programs cannot read it, 8f@%xmm0'],
  ['4@(%rax,%rbx,4)', 'its argument 0 is where programs cannot read it, 4@(%rax,%rbx,4)'],
  [Array.from({ length: 13 }, () => '8@%rdi').join(' '), 'it has 13 arguments, and at most 12 can be read'],
])('%s cannot be read', (text, reason) => expect(usdtSpec(text, 'x86-64')).toBe(reason));

test('the same arguments have one number, and a full map is told', () => {
  const written: number[] = [];
  const spec = { name: UsdtSpecs.map, type: 2, keySize: 4, valueSize: 208, maxEntries: 2, flags: 0 } as MapSpec;
  const specs = new UsdtSpecs({ spec, update: (key) => written.push(Buffer.from(key).readUInt32LE(0)) }, 'x86-64');
  expect(['8@%rdi', '8@%rsi', '8@%rdi'].map((text) => specs.numberOf(text, 'attach'))).toEqual([0, 1, 0]);
  expect(written).toEqual([0, 1]);
  expect(() => specs.numberOf('8@%rdx', 'attach')).toThrow(/cannot attach: map __bpf_usdt_specs is full; .*entries: N/);
});
