import { openSync } from 'node:fs';
import { expect, test } from 'vitest';
import { loadTrace } from './index.ts';

/** Opens files that do not exist, whose names have so many characters. */
function openNames(...lengths: readonly number[]): void {
  for (const length of lengths) {
    expect(() => openSync(`/${'x'.repeat(length - 1)}`, 'r')).toThrow();
  }
}

async function lossesOf(source: string, work: () => void): Promise<{ truncated: bigint; readFailed: bigint }> {
  const trace = await loadTrace({ kind: 'script', source });
  try {
    trace.attach();
    work();
    trace.detach();
    const { truncated, readFailed } = trace.losses();
    return { truncated, readFailed };
  } finally {
    trace.close();
  }
}

const probe = `tracepoint:syscalls:sys_enter_openat /pid == ${process.pid}/`;

test('a name that fills the string to its last byte is whole, a longer one is counted as cut', async () => {
  const source = `${probe} { @[str(args.filename)] = count(); }`;
  expect(await lossesOf(source, () => openNames(1023, 1024))).toEqual({ truncated: 0n, readFailed: 0n });
  expect(await lossesOf(source, () => openNames(1025, 2000))).toEqual({ truncated: 2n, readFailed: 0n });
});

test('what a script itself cuts is no loss', async () => {
  expect(await lossesOf(`${probe} { @[str(args.filename, 4)] = count(); }`, () => openNames(50, 2000))).toEqual({
    truncated: 0n,
    readFailed: 0n,
  });
});

test('memory that cannot be read is counted, apart from what was cut', async () => {
  const losses = await lossesOf(`${probe} { @[str((int8 *)1)] = count(); }`, () => openNames(5, 6, 7));
  expect(losses).toEqual({ truncated: 0n, readFailed: 3n });
});
