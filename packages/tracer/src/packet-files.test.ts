import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { PacketFiles } from './packet-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'bpfleet-packets-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('a capture file has a header, then each packet with its time', () => {
  const path = join(folder, 'a.pcap');
  const files = new PacketFiles();
  expect(existsSync(path)).toBe(false);
  expect(files.write(path, 5_000_000_007n, new Uint8Array([0x45, 1]))).toBeNull();
  expect(files.write(path, 6_999_999_999n, new Uint8Array([0x60]))).toBeNull();
  files.close();
  // pcap-savefile(5)
  const header = ['4d3cb2a1', '02000400', '00000000', '00000000', '00000400', '65000000'];
  const first = ['05000000', '07000000', '02000000', '02000000', '4501'];
  const second = ['06000000', 'ffc99a3b', '01000000', '01000000', '60'];
  expect(readFileSync(path, 'hex')).toBe([...header, ...first, ...second].join(''));
});

test('what cannot be written is told once', () => {
  const files = new PacketFiles();
  const path = join(folder, 'none', 'a.pcap');
  expect(files.write(path, 0n, new Uint8Array(1))).toBe(`ERROR: cannot write packets to '${path}': ENOENT\n`);
  expect(files.write(path, 0n, new Uint8Array(1))).toBeNull();
  files.close();
});
