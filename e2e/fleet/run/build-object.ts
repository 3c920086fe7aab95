import { execFile } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fleetState } from '../state.ts';

const execute = promisify(execFile);
const folder = join(fleetState, 'objects');
const triplet = process.arch === 'x64' ? 'x86_64-linux-gnu' : 'aarch64-linux-gnu';
const head = '#include <linux/bpf.h>\n#include <bpf/bpf_helpers.h>\n#include <bpf/bpf_core_read.h>\n';

/**
 * Builds C as people build theirs for libbpf, with a manifest beside it where there is one, and returns the object's path.
 * @throws Error with what clang said
 */
export async function buildObject(name: string, source: string, manifest?: string): Promise<string> {
  const path = writeProgram(name, 'bpf.c', `${head}${source}`);
  rmSync(path.replace(/bpf\.c$/, 'yaml'), { force: true });
  if (manifest !== undefined) writeProgram(name, 'yaml', manifest);
  const object = path.replace(/c$/, 'o');
  const args = ['-O2', '-g', '-target', 'bpf', `-I/usr/include/${triplet}`, '-c', path, '-o', object];
  await execute('clang', args).catch((error: { stderr?: string; message: string }) => {
    throw new Error(`clang: ${error.stderr || error.message}`, { cause: error });
  });
  return object;
}

/** Writes a case's program to a file, and returns its path. */
export function writeProgram(name: string, ending: string, text: string): string {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${name.replaceAll(/[^a-z0-9]+/gi, '-')}.${ending}`);
  writeFileSync(path, text);
  return path;
}
