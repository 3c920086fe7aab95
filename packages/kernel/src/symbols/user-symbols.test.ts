import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { openElf, SymbolTable } from '@bpfleet/bpf';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openPart } from './open-part.ts';
import { parseProcessMaps } from './process-maps.ts';
import { userAddress } from './user-address.ts';
import { UserSymbols } from './user-symbols.ts';

/** Where a function of a library is in the memory of a process, found without what is tested. */
function addressIn(pid: number, library: RegExp, name: string): { address: bigint; path: string } {
  const mapping = parseProcessMaps(readFileSync(`/proc/${pid}/maps`, 'utf8')).find(({ path }) => library.test(path));
  const file = mapping === undefined ? null : openPart(mapping.path);
  if (mapping === undefined || file === null) throw new Error(`process ${pid} has no ${library}`);
  const elf = openElf(file);
  const value = new SymbolTable([elf]).address(name) ?? 0;
  const segment = elf.segments.find(({ address, size }) => value >= address && value - address < size);
  file.close();
  const base = mapping.start - mapping.offset + (segment?.offset ?? 0) - (segment?.address ?? 0);
  return { address: BigInt(base + value), path: mapping.path };
}

let child: ReturnType<typeof spawn>;
let pid: number;
let now: number;
let symbols: UserSymbols;

beforeEach(async () => {
  child = spawn('/bin/sh', ['-c', 'echo ready; read -r _'], { stdio: ['pipe', 'pipe', 'ignore'] });
  pid = child.pid ?? 0;
  now = 0;
  symbols = new UserSymbols(() => now);
  await once(child.stdout as NodeJS.ReadableStream, 'data');
});
afterEach(async () => {
  const closed = once(child, 'close');
  if (child.exitCode === null && child.signalCode === null) {
    child.kill('SIGKILL');
    await closed;
  }
});

async function end(): Promise<void> {
  const closed = once(child, 'close');
  child.kill('SIGKILL');
  await closed;
}

describe('a running process', () => {
  test('functions of a library that lies anywhere', () => {
    const { address, path } = addressIn(pid, /\/libc[.-]/, 'getppid');
    expect(symbols.resolve(pid, address + 3n)).toEqual({
      address: address + 3n,
      symbol: expect.stringMatching(/^(__)?getppid$/),
      offset: 3,
      module: path,
    });
  });

  test('build ID and place in the file', () => {
    const { address } = addressIn(pid, /\/libc[.-]/, 'getppid');
    const found = symbols.buildId(pid, address);
    expect(found?.buildId).toMatch(/^[0-9a-f]{40}$/);
    expect(found?.offset).toBeGreaterThan(0n);
  });

  test('what is in no function keeps its file, the build of that and the place in it', () => {
    const { address, path } = addressIn(pid, /\/libc[.-]/, 'getppid');
    const mapping = parseProcessMaps(readFileSync(`/proc/${pid}/maps`, 'utf8')).find((one) => one.path === path);
    if (mapping === undefined) throw new Error('no mapping');
    // The table of jumps to other libraries comes first.
    const at = BigInt(mapping.start + 4);
    const { buildId } = symbols.buildId(pid, address) ?? {};
    expect(symbols.resolve(pid, at)).toEqual({
      ...{ address: at, symbol: '', offset: 0, module: path },
      file: { offset: mapping.offset + 4, buildId },
    });
  });

  test('the page of code that the kernel gives', () => {
    const { start } = parseProcessMaps(readFileSync(`/proc/${pid}/maps`, 'utf8')).find(
      ({ path }) => path === '[vdso]',
    ) ?? { start: 0 };
    const frames = Array.from({ length: 0x200 }, (_, index) => symbols.resolve(pid, BigInt(start + index * 16)));
    expect(frames.map(({ symbol }) => symbol)).toContain('__vdso_clock_gettime');
  });

  test.each([0n, 1n, 2n ** 63n, 2n ** 64n - 1n])('address %i is nowhere', (address) => {
    expect(symbols.resolve(pid, address)).toEqual({ address, symbol: '', offset: 0, module: '' });
  });
});

describe('a process that has ended', () => {
  test('keeps what was read while it ran', async () => {
    const { address, path } = addressIn(pid, /\/libc[.-]/, 'getppid');
    symbols.capture(pid);
    await end();
    now = 1e6;
    expect(symbols.resolve(pid, address)).toMatchObject({ symbol: expect.stringContaining('getppid'), module: path });
  });

  test('that was never seen has no symbols', async () => {
    const { address } = addressIn(pid, /\/libc[.-]/, 'getppid');
    await end();
    expect(symbols.resolve(pid, address).symbol).toBe('');
  });
});

test('a process that becomes another program', async () => {
  const script = 'echo ready; read -r _; exec /bin/sleep 1000';
  const other = spawn('/bin/sh', ['-c', script], { stdio: ['pipe', 'pipe', 'ignore'] });
  const number = other.pid ?? 0;
  try {
    await once(other.stdout, 'data');
    symbols.capture(number);
    other.stdin.end('go\n');
    // The new program has its name before its loader has mapped the C library.
    const isLoaded = () =>
      readFileSync(`/proc/${number}/cmdline`, 'latin1').startsWith('/bin/sleep') &&
      /\/libc[.-]/.test(readFileSync(`/proc/${number}/maps`, 'latin1'));
    while (!isLoaded()) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const { address } = addressIn(number, /\/libc[.-]/, 'getppid');
    now = 2000;
    expect(symbols.resolve(number, address).symbol).toContain('getppid');
  } finally {
    other.kill('SIGKILL');
  }
});

test('code made at run time, as the program tells it in /tmp', () => {
  const own = new UserSymbols();
  const file = `/tmp/perf-${process.pid}.map`;
  // V8 keeps its code in memory without a file.
  const code = parseProcessMaps(readFileSync('/proc/self/maps', 'utf8')).find(({ path }) => path === '');
  if (code === undefined) throw new Error('this Node has no code of its own making');
  writeFileSync(file, `${code.start.toString(16)} 40 made()\n`);
  try {
    expect(own.resolve(process.pid, BigInt(code.start + 4))).toMatchObject({ symbol: 'made()', offset: 4 });
  } finally {
    rmSync(file);
  }
});

describe('userAddress', () => {
  test('the value of a symbol', () => {
    const { path } = addressIn(pid, /\/libc[.-]/, 'getppid');
    expect(userAddress(path, 'getppid')).toBeTypeOf('bigint');
    expect(userAddress(path, 'nosuch')).toEqual({ reason: `${path} has no symbol nosuch` });
  });

  test.each(['/etc/passwd', '/nosuch', '/'])('%s', (path) => {
    expect(userAddress(path, 'main')).toEqual({ reason: expect.stringContaining(path) });
  });
});

test('of a process that ended unread: the code of a probed program is where the linker put it', () => {
  const { path } = addressIn(pid, /\/libc[.-]/, 'getppid');
  const file = openPart(path);
  if (file === null) throw new Error(`there is no ${path}`);
  const linked = BigInt(new SymbolTable([openElf(file)]).address('getppid') ?? 0);
  file.close();
  const nobody = 4_194_304;
  expect(symbols.resolve(nobody, linked).symbol).toBe('');
  symbols.addProgram(path);
  expect(symbols.resolve(nobody, linked)).toMatchObject({ offset: 0, module: path });
  expect(symbols.resolve(nobody, linked).symbol).toMatch(/^(__)?getppid$/);
});
