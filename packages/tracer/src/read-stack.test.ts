import { expect, test } from 'vitest';
import { type StackData, type StackSymbols, valueReaders } from './read-stack.ts';

const symbols: Readonly<Record<string, { symbol: string; module: string }>> = {
  1: { symbol: 'bpf_prog_6deef7357e7b4530', module: 'bpf' },
  2: { symbol: 'bpf_trampoline_64425', module: '' },
  3: { symbol: 'vfs_read', module: '' },
  4: { symbol: 'ext4_read', module: 'ext4' },
  6: { symbol: 'ftrace_trampoline', module: '__builtin__ftrace' },
  5: { symbol: '0xffffffff81000000', module: '' },
};

const nodeSymbols: StackSymbols = {
  kernel: (address) => ({ symbol: '', module: '', ...symbols[String(address)], offset: 4 }),
  user: (process, address) => ({ symbol: `main of ${process}`, module: '/bin/tool', offset: Number(address) }),
};

function read(addresses: readonly bigint[], id = 7n, depth = 127, of: Partial<StackData> = {}) {
  let lookups = 0;
  const value = Buffer.alloc(64);
  for (const [index, address] of addresses.entries()) value.writeBigUInt64LE(address, index * 8);
  const map = {
    lookup: (key: Uint8Array) => {
      lookups++;
      return Buffer.from(key).readUInt32LE(0) === 7 ? value : null;
    },
  };
  const data: StackData = { kind: 'stack', map: 'stacks', depth, user: false, mode: 'bpftrace', ...of };
  const reader = valueReaders(() => map, nodeSymbols);
  const stack = reader.stack(data, id, 77);
  expect(reader.stack(data, id, 77)).toEqual(stack);
  expect(lookups).toBeLessThanOrEqual(1);
  return stack.map(({ symbol, text }) => text ?? symbol);
}

test.each<[string, bigint[], string[]]>([
  ['ends at zero', [3n, 4n, 0n, 3n], ['vfs_read', 'ext4_read']],
  ["begins after what is the tracing's own", [1n, 2n, 3n, 4n], ['vfs_read', 'ext4_read']],
  ['begins after a trampoline', [6n, 3n], ['vfs_read']],
  ['keeps what is not known further on', [3n, 5n, 4n], ['vfs_read', '0xffffffff81000000', 'ext4_read']],
  ['may be empty', [0n], []],
])('a stack %s', (_name, addresses, expected) => expect(read(addresses)).toEqual(expected));

test('no stack, no such stack, and a stack cut to its depth', () => {
  expect(read([3n], -14n)).toEqual([]);
  expect(read([3n], 8n)).toEqual([]);
  expect(read([1n, 3n, 4n, 3n], 7n, 2)).toEqual(['vfs_read', 'ext4_read']);
});

test('a stack whose addresses are known ends and begins likewise', () => {
  const frames = valueReaders(() => ({ lookup: () => null }), nodeSymbols).kernelFrames([2n, 3n, 4n, 0n, 3n]);
  expect(frames.map(({ symbol }) => symbol)).toEqual(['vfs_read', 'ext4_read']);
});

test('a stack that found its place taken is in the second map', () => {
  const spill = { map: 'stacks_2', from: 8_192 };
  expect(read([3n], 8_192n + 7n, 127, { spill })).toEqual(['vfs_read']);
  expect(read([3n], 7n, 127, { spill })).toEqual(['vfs_read']);
  expect(read([3n], 8_192n + 8n, 127, { spill })).toEqual([]);
});

test.each<[Partial<StackData>, string[]]>([
  [{ mode: 'perf' }, ['\t3 vfs_read+4', '\t4 ext4_read+4']],
  [{ mode: 'raw' }, ['3', '4']],
  [{ user: true }, ['main of 77', 'main of 77']],
  [{ user: true, mode: 'perf' }, ['\t3 main of 77+3 (/bin/tool)', '\t4 main of 77+4 (/bin/tool)']],
  [{ user: true, mode: 'raw', depth: 1 }, ['3']],
])('as %j', (of, expected) => expect(read([3n, 4n], 7n, 127, of)).toEqual(expected));
