import { readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { assemble, ElfError, MAX_OBJECT_BYTES, type ObjectSpec, readObject, writeObject } from '@bpfleet/bpf';
import { CliError, ExitStatus, wrongRequest } from '../cli-error.ts';
import { plural } from '../render/number.ts';

export interface ProgramText {
  readonly kind: 'script';
  readonly source: string;
  /** Of the script, as words of a command line. */
  readonly arguments?: readonly string[];
  /** How messages call it: the file's name, or `stdin` as bpftrace calls a script that was given as text. */
  readonly name: string;
}

/** An ELF object for BPF, of a file, or made of one in assembler. */
export interface ProgramObject {
  readonly kind: 'object';
  readonly object: Uint8Array;
  readonly name: string;
}

/** Largest file that is taken for a script, bytes. */
const MAX_SCRIPT = 1_000_000;

/** WHAT of `bpfleet run`: a script as text, or the name of a file that holds one, an object or assembler. Throws CliError. */
export function readProgram(what: string): ProgramText | ProgramObject {
  if (what.trim() === '') {
    throw wrongRequest(
      'There is no script.',
      "Give one in quotes, such as 'tracepoint:syscalls:sys_enter_openat { @[comm] = count(); }', or FILE.bt, FILE.bpf.o or FILE.bpf.s.",
    );
  }
  if (/[{}\n]/.test(what)) {
    return { kind: 'script', source: what, name: 'stdin' };
  }
  return readProgramFile(what);
}

/** The program with the arguments that it was called with. Throws CliError where an object was. */
export function withArguments(
  program: ProgramText | ProgramObject,
  words: readonly string[],
): ProgramText | ProgramObject {
  if (words.length === 0) return program;
  if (program.kind === 'object') {
    throw wrongRequest(
      `"${words[0]}": only scripts take arguments.`,
      'Variables of an object are set by -p NAME=VALUE.',
    );
  }
  return { ...program, arguments: words };
}

/** A file by its name: `*.o` is an ELF object, `*.bpf.s` assembler, anything else a script. Throws CliError. */
export function readProgramFile(file: string): ProgramText | ProgramObject {
  if (file.endsWith('.o')) return readObjectFile(file);
  if (file.endsWith('.bpf.s')) return { kind: 'object', object: writeObject(readAssembly(file)), name: file };
  return readScript(file);
}

/** What a file in assembler becomes. Throws CliError with a report of all that is wrong in it. */
export function readAssembly(file: string): ObjectSpec {
  const source = readBounded(file, MAX_SCRIPT, 'a script').toString('utf8');
  const assembled = assemble(source, basename(file));
  if ('object' in assembled) return assembled.object;
  const lines = source.split('\n');
  const report = assembled.errors
    .map(({ line, column, message }) => {
      const text = (lines[line - 1] ?? '').replaceAll('\t', ' ');
      return `${file}:${line}:${column}: ERROR: ${message}\n${text}\n${' '.repeat(column - 1)}~\n`;
    })
    .join('');
  const { length } = assembled.errors;
  throw new CliError(ExitStatus.wrongRequest, `The file has ${plural(length, 'error')}.`, { report });
}

/** A script of a file. Throws CliError. */
export function readScript(file: string): ProgramText {
  const source = readBounded(file, MAX_SCRIPT, 'a script').toString('utf8');
  return { kind: 'script', source, name: file };
}

/** An object of a file, its form checked: all else is for the nodes to say. Throws CliError. */
export function readObjectFile(file: string): ProgramObject {
  const object = readBounded(file, MAX_OBJECT_BYTES, 'an object');
  try {
    readObject(object);
  } catch (error) {
    if (!(error instanceof ElfError)) throw error;
    throw wrongRequest(`${file} is no BPF object: ${error.message}.`);
  }
  return { kind: 'object', object, name: file };
}

function readBounded(file: string, bound: number, what: string): Buffer {
  try {
    if (statSync(file).size > bound) {
      throw wrongRequest(`${file} is larger than ${what} may be, ${bound} bytes.`);
    }
    return readFileSync(file);
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
