import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Btf, BtfError, ElfError, headerText, openElf, readObject } from '@bpfleet/bpf';
import { type BuildArch, machines, ownArch } from '../build-arch.ts';
import { CliError, ExitStatus, wrongRequest } from '../cli-error.ts';
import type { Terminal } from '../terminal.ts';
import { writeHeaders } from './build-headers.ts';

export interface BuildOptions {
  readonly output?: string;
  readonly arch: BuildArch;
  /** A file with a kernel's types; those of this kernel without it. */
  readonly btf?: string;
}

const KERNEL_TYPES = '/sys/kernel/btf/vmlinux';
/** The types of a kernel take 5 MiB. */
const MAX_BTF = 128 * 1024 * 1024;
/** `SHF_EXECINSTR` (elf.h). */
const EXECUTABLE = 4n;
/** What clang says where a structure is another one than a source expects. */
const OTHER_KERNEL =
  /no member named '\w+' in '(struct|union) |incomplete (definition of )?type '(struct|union) |with an incomplete type /;
const SOURCE = /\.bpf\.c$|\.c$/;

/** `bpfleet build FILE.bpf.c`: clang, with a vmlinux.h of our own making. Throws CliError with what clang said. */
export function build(file: string, words: readonly string[], options: BuildOptions, terminal: Terminal): void {
  if (!SOURCE.test(file)) throw wrongRequest(`${file}: a program in C is named FILE.bpf.c.`);
  if (!existsSync(file)) throw wrongRequest(`${file}: there is no such file.`);
  const output = options.output ?? file.replace(/\.c$/, '.o');
  const folder = mkdtempSync(join(tmpdir(), 'bpfleet-build-'));
  try {
    const header = kernelHeader(options.btf);
    if (header !== null) writeFileSync(join(folder, 'vmlinux.h'), header);
    writeHeaders(folder);
    const made = join(folder, 'object.o');
    compile(file, made, [...clangWords(file, folder, options.arch), ...words], options, header === null);
    const object = readFileSync(made);
    check(object, file);
    writeFileSync(output, object);
    terminal.err.write(`${output}: ${programsOf(object)}\n`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** `bpfleet btf`: vmlinux.h of this kernel, or of a file. Throws CliError. */
export function dumpBtf(options: { readonly output?: string; readonly btf?: string }, terminal: Terminal): void {
  const header = kernelHeader(options.btf ?? KERNEL_TYPES) ?? '';
  if (options.output === undefined) terminal.out.write(header);
  else writeFileSync(options.output, header);
}

function clangWords(file: string, folder: string, arch: BuildArch): string[] {
  const { target, triple } = machines[arch];
  // As BCC's libbpf-tools and libbpf-bootstrap have it beside their sources.
  const own = join(dirname(file), target);
  const bundled = existsSync(join(own, 'vmlinux.h')) ? ['-I', own] : [];
  // For this machine's headers, which BPF as a target has no folder for.
  const headers = [`/usr/include/${triple}`].filter(existsSync);
  return [
    ...['-g', '-O2', '-target', 'bpf', `-D__TARGET_ARCH_${target}`, '-Wall', '-Wno-unused-function'],
    ...['-I', dirname(file), ...bundled, '-isystem', folder, ...headers.flatMap((each) => ['-idirafter', each])],
  ];
}

function compile(
  file: string,
  output: string,
  words: readonly string[],
  options: BuildOptions,
  withoutHeader: boolean,
): void {
  const clang = process.env.CLANG ?? 'clang';
  const { error, status, stderr } = spawnSync(clang, [...words, '-c', file, '-o', output], { encoding: 'utf8' });
  if ((error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT') {
    throw new CliError(ExitStatus.failed, `${clang} is not installed, which builds programs in C.`, {
      hint: 'On Debian: apt-get install clang libbpf-dev. Nodes need neither: they run the object.',
    });
  }
  if (error !== undefined) throw new CliError(ExitStatus.failed, `${clang} could not be run: ${error.message}.`);
  if (status === 0) {
    if (stderr !== '') process.stderr.write(stderr);
    return;
  }
  throw new CliError(ExitStatus.wrongRequest, `${file} could not be built.`, {
    report: stderr,
    ...hintOn(stderr, options, withoutHeader),
  });
}

function hintOn(stderr: string, { arch, btf }: BuildOptions, withoutHeader: boolean): { readonly hint?: string } {
  if (/'bpf\/[a-z_.]+' file not found/.test(stderr)) {
    return { hint: "libbpf's headers are not installed: on Debian, apt-get install libbpf-dev." };
  }
  if (withoutHeader && /'vmlinux\.h' file not found/.test(stderr)) {
    return { hint: `This kernel gives no types (${KERNEL_TYPES}): name a file of another one's, --btf FILE.` };
  }
  if (OTHER_KERNEL.test(stderr) && btf === undefined && arch !== ownArch()) {
    return {
      hint: `The types are of this kernel, for ${ownArch()}: a program for ${arch} needs those of such a kernel, --btf FILE.`,
    };
  }
  if (OTHER_KERNEL.test(stderr)) {
    const where = 'put the vmlinux.h that it was written with beside it, name its folder (-- -I FOLDER)';
    return {
      hint: `The types of this kernel may lack what other kernels have: ${where}, or such a kernel's types (--btf FILE).`,
    };
  }
  return {};
}

/** Null where no file is named and this kernel gives no types: a program may do without. */
function kernelHeader(file: string | undefined): string | null {
  const path = file ?? KERNEL_TYPES;
  if (file === undefined && !existsSync(path)) return null;
  try {
    if (statSync(path).size > MAX_BTF) throw wrongRequest(`${path} is larger than the types of a kernel may be.`);
    return headerText(Btf.checked(typesIn(readFileSync(path))));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw wrongRequest(`${path}: there is no such file.`);
    if (error instanceof BtfError || error instanceof ElfError) {
      throw wrongRequest(`${path} does not hold the types of a kernel: ${error.message}.`);
    }
    throw error;
  }
}

/** Of raw BTF, or of the section of a kernel's ELF file. Throws ElfError. */
function typesIn(bytes: Buffer): Uint8Array {
  if (bytes.length < 4 || bytes.readUInt32BE(0) !== 0x7f454c46) return bytes;
  const elf = openElf({ read: (offset, length) => bytes.subarray(offset, offset + length) });
  const section = elf.sections.find(({ name }) => name === '.BTF');
  if (section === undefined) throw new ElfError('it has no section .BTF');
  return elf.read(section.offset, section.size);
}

function check(object: Uint8Array, file: string): void {
  try {
    readObject(object);
  } catch (error) {
    if (!(error instanceof ElfError)) throw error;
    throw wrongRequest(`${file} becomes an object that is not taken: ${error.message}.`);
  }
}

function programsOf(object: Uint8Array): string {
  const sections = readObject(object)
    .filter(({ flags, size, name }) => (flags & EXECUTABLE) !== 0n && size > 0 && name !== '.text')
    .map(({ name }) => name);
  return `${sections.length === 0 ? 'no programs' : sections.join(', ')} (${object.length} bytes)`;
}
