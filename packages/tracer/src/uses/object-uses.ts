import { carriedManifest, decode, type ObjectSection, readObject } from '@bpfleet/bpf';
import type { ProgramUses } from './program-uses.ts';
import { helpersIn } from './script-uses.ts';

/** Sections that libbpf takes by another name than `bpfleet probes` has (libbpf's docs/program_types.rst). */
const KINDS: Readonly<Record<string, string>> = {
  tp: 'tracepoint',
  raw_tp: 'rawtracepoint',
  raw_tracepoint: 'rawtracepoint',
  tp_btf: 'rawtracepoint',
};

/** `SHF_EXECINSTR` (elf(5)). */
const EXECUTABLE = 4;

/** Of an object, by its sections and their instructions. Throws ElfError. */
export function objectUses(object: Uint8Array): ProgramUses {
  const sections = readObject(object);
  const code = sections.filter(({ flags }) => (Number(flags) & EXECUTABLE) !== 0);
  return {
    probes: [...code.map(({ name }) => name), ...placesOf(sections)].flatMap(probeNames),
    functions: [...new Set(code.flatMap(({ bytes }) => helpersIn(decode(bytes) ?? [])))],
  };
}

/** Where its manifest attaches programs instead. One that is wrong is refused later. */
function placesOf(sections: readonly ObjectSection[]): string[] {
  const read = carriedManifest(sections);
  if ('problems' in read) return [];
  return Object.values(read.manifest.programs ?? {}).flatMap(({ attach }) => (attach === undefined ? [] : [attach]));
}

/**
 * The names that a section may have as a probe: `fentry/vfs_read` is `fentry:vfs_read` and `fentry:vmlinux:vfs_read`.
 * None for a section that is attached to nothing, such as `.text`.
 */
function probeNames(section: string): string[] {
  const slash = section.indexOf('/');
  if (slash < 0) return [];
  const kind = section
    .slice(0, slash)
    .replace(/^\?/, '')
    .replace(/\.(s|multi|session)\b/g, '');
  const target = section.slice(slash + 1).replaceAll('/', ':');
  const name = KINDS[kind] ?? kind;
  const plain = [`${name}:${target}`, `${name}:vmlinux:${target}`];
  switch (kind) {
    case 'uprobe':
    case 'uretprobe':
    case 'usdt':
      // A path keeps its slashes.
      return [`${name}:${section.slice(slash + 1)}`];
    case 'ksyscall':
      return [...plain, `kprobe:*sys_${target}`, `tracepoint:syscalls:sys_enter_${target}`];
    case 'kretsyscall':
      return [...plain, `kretprobe:*sys_${target}`, `tracepoint:syscalls:sys_exit_${target}`];
    default:
      return plain;
  }
}
