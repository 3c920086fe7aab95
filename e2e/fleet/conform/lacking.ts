import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { release } from 'node:os';
import { basename } from 'node:path';
import { tracefs } from '@bpfleet/kernel';
import type { TraceError } from '@bpfleet/tracer';

/** A mistake the compiler found, and the text it is about. */
interface Complaint {
  readonly message: string;
  readonly text: string;
}

/**
 * Why a program cannot run on this kernel, where that is no fault of ours: every error names a newer kernel, types that the
 * kernel does not tell, or a probe that is not there. Each is looked up here: what we say of a kernel is not believed.
 * null: it should have run.
 */
export function lacking(error: TraceError, source: string): string | null {
  if (error.code !== 'compile') return null;
  const errors = error.diagnostics.filter(({ severity }) => severity === 'error');
  const reasons = errors.map(({ message, span }) =>
    lackOf({ message, text: source.slice(span.start, span.end).trim() }),
  );
  if (reasons.length === 0 || reasons.includes(null)) return null;
  return [...new Set(reasons)].join('; ');
}

function lackOf({ message, text }: Complaint): string | null {
  const needed = /\b\d+\.\d+\b/.exec(message)?.[0];
  if (needed !== undefined && /kernel/.test(message) && isOlder(needed)) return message;
  if (/\bBTF\b/.test(message) && !existsSync('/sys/kernel/btf/vmlinux')) return message;
  if (lacksArgument(message, text) || lacksField(message)) return message;
  return isAbsent(text) ? `no ${text}` : null;
}

/** Whether the record of a tracepoint has no argument of that name here. */
function lacksArgument(message: string, name: string): boolean {
  const [, category, event] = /tracepoint:(\w+):(\w+) has no such argument/.exec(message) ?? [];
  const format = `${tracefs()}/events/${category}/${event}/format`;
  return existsSync(format) && !new RegExp(`\\b${name}(\\[.*\\])?;`).test(readFileSync(format, 'utf8'));
}

/** Whether no structure of this kernel has a field of that name: its types do not even have the word. */
function lacksField(message: string): boolean {
  const [, name] = /does not contain a field named '(\w+)'/.exec(message) ?? [];
  const types = '/sys/kernel/btf/vmlinux';
  return name !== undefined && existsSync(types) && !readFileSync(types).includes(`\0${name}\0`);
}

/** Whether this kernel is older than `5.13`. */
function isOlder(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [ownMajor = 0, ownMinor = 0] = release()
    .split('.')
    .map((part) => Number.parseInt(part, 10));
  return ownMajor < major || (ownMajor === major && ownMinor < minor);
}

/** Whether an attach point, as scripts write it, is of a function, event or file that is not here. */
function isAbsent(point: string): boolean {
  const [provider = '', first = '', second = ''] = point.split(':');
  if (/^k(ret)?probe$/.test(provider)) return !kernelFunctions().has(first);
  if (/^t(racepoint)?$/.test(provider)) return !existsSync(`${tracefs()}/events/${first}/${second}`);
  if (/^u(ret)?probe$/.test(provider)) return first.startsWith('/') ? !existsSync(first) : !hasLibrary(first);
  return false;
}

/** Whether the folders of libraries have one by its name without `lib` or `.so`, or with them. */
function hasLibrary(name: string): boolean {
  const folders = ['/lib', '/usr/lib'].filter((folder) => existsSync(folder));
  const files = folders.flatMap((folder) => readdirSync(folder, { recursive: true, encoding: 'utf8' }));
  return files.some((file) => [name, `lib${name}`].some((library) => basename(file).startsWith(`${library}.so`)));
}

let functions: ReadonlySet<string> | undefined;

function kernelFunctions(): ReadonlySet<string> {
  functions ??= new Set(
    readFileSync('/proc/kallsyms', 'utf8')
      .split('\n')
      .map((line) => line.split(/\s/)[2] ?? ''),
  );
  return functions;
}
