import { openSync } from 'node:fs';
import { expect, test } from 'vitest';
import { loadTrace } from './index.ts';

/** Opens files that do not exist, whose names have so many characters. */
function openNames(...lengths: readonly number[]): void {
  for (const length of lengths) {
    expect(() => openSync(`/${'x'.repeat(length - 1)}`, 'r')).toThrow();
  }
}

async function lossesOf(source: string, work: () => void): Promise<bigint> {
  const trace = await loadTrace({ kind: 'script', source });
  try {
    trace.attach();
    work();
    trace.detach();
    return trace.losses().truncated;
  } finally {
    trace.close();
  }
}

const probe = `tracepoint:syscalls:sys_enter_openat /pid == ${process.pid}/`;

test('a name that fills the string to its last byte is whole, a longer one is counted as cut', async () => {
  const source = `${probe} { @[str(args.filename)] = count(); }`;
  expect(await lossesOf(source, () => openNames(1023, 1024))).toBe(0n);
  expect(await lossesOf(source, () => openNames(1025, 2000))).toBe(2n);
});

test('what a script itself cuts is no loss', async () => {
  expect(await lossesOf(`${probe} { @[str(args.filename, 4)] = count(); }`, () => openNames(50, 2000))).toBe(0n);
});

test('memory that cannot be read is counted', async () => {
  expect(await lossesOf(`${probe} { @[str((int8 *)1)] = count(); }`, () => openNames(5, 6, 7))).toBe(3n);
});
