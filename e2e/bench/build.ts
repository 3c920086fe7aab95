import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const sources = resolve(import.meta.dirname, 'c');
const output = resolve(import.meta.dirname, '../../.state/bench');

/** A program of c/, compiled. @returns its path */
export async function buildProgram(name: 'load' | 'attach' | 'measure'): Promise<string> {
  mkdirSync(output, { recursive: true });
  const path = join(output, name);
  const libraries = name === 'attach' ? ['-lbpf'] : [];
  await execute('clang', ['-O2', '-Wall', '-Wextra', '-o', path, join(sources, `${name}.c`), ...libraries]);
  return path;
}

/** An object of c/, compiled as people do for libbpf. @returns its path */
export async function buildObject(name: string): Promise<string> {
  mkdirSync(output, { recursive: true });
  const path = join(output, `${name}.bpf.o`);
  // Where Debian keeps <asm/...>.
  const include = `/usr/include/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`;
  const options = ['-O2', '-g', '-target', 'bpf', '-Wall', `-I${include}`];
  await execute('clang', [...options, '-c', join(sources, `${name}.bpf.c`), '-o', path]);
  return path;
}
