// What a kernel has, by its own tables and not by what the compiler thinks of it.
import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { release } from 'node:os';
import { basename } from 'node:path';
import { kernelTypes, tracefs } from '@bpfleet/kernel';

export function hasTypes(): boolean {
  return existsSync('/sys/kernel/btf/vmlinux');
}

export function hasKprobes(): boolean {
  return existsSync('/sys/bus/event_source/devices/kprobe');
}

/** Whether the kernel tells no address of that name: variables are told where it was built with CONFIG_KALLSYMS_ALL. */
export function lacksSymbol(message: string): boolean {
  const [, name] = /Failed to resolve kernel symbol: (\w+)/.exec(message) ?? [];
  return name !== undefined && !kernelSymbols().has(name);
}

/** Whether a structure of this kernel, or the record of a tracepoint, has no field of that name here. */
export function lacksField(message: string): boolean {
  const [, record = '', name = ''] =
    /type '(?:struct |union )?([\w:]+)' does not contain a field named '(\w+)'/.exec(message) ?? [];
  const [, category, event] = /^tracepoint:(\w+):(\w+)_args$/.exec(record) ?? [];
  if (category !== undefined) {
    const format = `${tracefs()}/events/${category}/${event}/format`;
    return existsSync(format) && !new RegExp(`\\b${name}(\\[.*\\])?;`).test(readFileSync(format, 'utf8'));
  }
  const types = kernelTypes();
  const id = types?.record('struct', record) ?? types?.record('union', record);
  return id !== undefined && types?.member(id, name) === undefined;
}

/** Whether this kernel is older than `5.13`. */
export function isOlder(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [ownMajor = 0, ownMinor = 0] = release()
    .split('.')
    .map((part) => Number.parseInt(part, 10));
  return ownMajor < major || (ownMajor === major && ownMinor < minor);
}

/** Whether an attach point, as scripts write it, is of a function, event or file that is not here. */
export function isAbsent(point: string): boolean {
  const [provider = '', first = '', second = ''] = point.split(':');
  if (/^k(ret)?probe$/.test(provider)) return !hasFunction(first);
  if (/^t(racepoint)?$/.test(provider)) return !existsSync(`${tracefs()}/events/${first}/${second}`);
  if (provider === 'usdt') return globSync(first).length === 0;
  if (/^u(ret)?probe$/.test(provider)) return first.startsWith('/') ? !existsSync(first) : !hasLibrary(first);
  return false;
}

/** Whether the folders of libraries have one by its name without `lib` or `.so`, or with them. */
function hasLibrary(name: string): boolean {
  const folders = ['/lib', '/usr/lib'].filter((folder) => existsSync(folder));
  const files = folders.flatMap((folder) => readdirSync(folder, { recursive: true, encoding: 'utf8' }));
  return files.some((file) => [name, `lib${name}`].some((library) => basename(file).startsWith(`${library}.so`)));
}

/** Whether a function has this name, or one that a wildcard of it stands for. */
function hasFunction(name: string): boolean {
  if (!name.includes('*')) return kernelSymbols().has(name);
  const pattern = new RegExp(`^${name.replaceAll('*', '.*')}$`);
  return [...kernelSymbols()].some((each) => pattern.test(each));
}

/** Of the modules that were loaded when it was read. */
let symbols: { readonly modules: string; readonly names: ReadonlySet<string> } | undefined;

function kernelSymbols(): ReadonlySet<string> {
  const modules = existsSync('/proc/modules') ? readFileSync('/proc/modules', 'utf8') : '';
  if (symbols?.modules !== modules) {
    const lines = readFileSync('/proc/kallsyms', 'utf8').split('\n');
    symbols = { modules, names: new Set(lines.map((line) => line.split(/\s/)[2] ?? '')) };
  }
  return symbols.names;
}
