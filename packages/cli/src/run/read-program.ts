import { readFileSync, statSync } from 'node:fs';
import { wrongRequest } from '../cli-error.ts';

export interface ProgramText {
  readonly source: string;
  /** How messages call it: the file's name, or `stdin` as bpftrace calls a script that was given as text. */
  readonly name: string;
}

/** Largest file that is taken for a script, bytes. */
const MAX_SCRIPT = 1_000_000;

/** WHAT of `bpfleet run`: a script as text, or the name of a file that holds one. Throws CliError. */
export function readProgram(what: string): ProgramText {
  if (what.trim() === '') {
    throw wrongRequest(
      'There is no script.',
      "Give one in quotes, such as 'tracepoint:syscalls:sys_enter_openat { @[comm] = count(); }', or FILE.bt.",
    );
  }
  if (/[{}\n]/.test(what)) {
    return { source: what, name: 'stdin' };
  }
  if (/\.bpf\.[os]$/.test(what)) {
    throw wrongRequest(`${what}: this version runs scripts only, no ELF objects and no assembler.`);
  }
  return readScript(what);
}

/** A script of a file. Throws CliError. */
export function readScript(file: string): ProgramText {
  try {
    if (statSync(file).size > MAX_SCRIPT) {
      throw wrongRequest(`${file} is larger than a script may be, ${MAX_SCRIPT} bytes.`);
    }
    return { source: readFileSync(file, 'utf8'), name: file };
  } catch (error) {
    switch ((error as NodeJS.ErrnoException).code) {
      case 'ENOENT':
      case 'ENOTDIR':
        throw wrongRequest(
          `${file}: there is no such file.`,
          'A script as text needs its probe and braces: BEGIN { ... }.',
        );
      case 'EISDIR':
        throw wrongRequest(`${file} is a folder.`);
      case 'EACCES':
        throw wrongRequest(`${file} may not be read by you.`);
      default:
        throw error;
    }
  }
}
