import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { OracleError } from './oracle-error.ts';
import { oracleState } from './tools.ts';

const execute = promisify(execFile);
const sources = resolve(import.meta.dirname, 'target');

/** The program that cases trace. With frame pointers, for stacks are walked by them. @returns its path */
export function compileTarget(): Promise<string> {
  return compile('target.c', 'target', ['-O1', '-g', '-fno-omit-frame-pointer', '-fno-optimize-sibling-calls']);
}

/** The library that gives bpftrace its name back. @returns its path */
export function compileComm(): Promise<string> {
  return compile('comm.c', 'comm.so', ['-O2', '-shared', '-fPIC']);
}

async function compile(source: string, output: string, options: readonly string[]): Promise<string> {
  mkdirSync(oracleState, { recursive: true });
  const path = join(oracleState, output);
  await execute('clang', [...options, '-Wall', '-Wextra', '-Werror', '-o', path, join(sources, source)]).catch(
    (error) => {
      throw new OracleError(`${source} does not compile: ${String(error.stderr ?? error.message).trim()}`);
    },
  );
  return path;
}
