import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fleetState } from '../state.ts';

const execute = promisify(execFile);
const folder = join(fleetState, 'objects');
const triplet = process.arch === 'x64' ? 'x86_64-linux-gnu' : 'aarch64-linux-gnu';
const head = '#include <linux/bpf.h>\n#include <bpf/bpf_helpers.h>\n#include <bpf/bpf_core_read.h>\n';

/** Builds C as people build theirs for libbpf, and returns the object's path. @throws Error with what clang said */
export async function buildObject(name: string, source: string): Promise<string> {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, name.replaceAll(/[^a-z0-9]+/gi, '-'));
  writeFileSync(`${path}.bpf.c`, `${head}${source}`);
  const args = [
    '-O2',
    '-g',
    '-target',
    'bpf',
    `-I/usr/include/${triplet}`,
    '-c',
    `${path}.bpf.c`,
    '-o',
    `${path}.bpf.o`,
  ];
  await execute('clang', args).catch((error: { stderr?: string; message: string }) => {
    throw new Error(`clang: ${error.stderr || error.message}`, { cause: error });
  });
  return `${path}.bpf.o`;
}
