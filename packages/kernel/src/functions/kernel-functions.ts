import { readFileSync } from 'node:fs';
import { KernelError } from '../kernel-error.ts';
import { tracefs } from '../tracefs/tracefs.ts';
import type { KernelSymbols } from './kernel-symbols.ts';
import { kernelSymbols } from './read-kallsyms.ts';

/** A function of the kernel; `module` is empty for the kernel proper. */
export interface KernelFunction {
  readonly name: string;
  readonly module: string;
}

/** Of the symbols that they belong to: modules come and go. */
let traceable: { readonly of: KernelSymbols; readonly functions: readonly KernelFunction[] } | null = null;
let patchable: { readonly of: KernelSymbols; readonly names: ReadonlySet<string> | null } | null = null;

/**
 * The functions that a probe can be put on, sorted by name, each once: as the kernel's function tracer lists them, or
 * where there is none all that kallsyms has; without those that kprobes refuse.
 */
export function traceableFunctions(): readonly KernelFunction[] {
  const symbols = kernelSymbols();
  if (traceable?.of !== symbols) traceable = { of: symbols, functions: readTraceable() };
  return traceable.functions;
}

/**
 * Whether a function begins with room for a call into a tracer, which fentry needs: those that are `notrace`, as the kernel's `inline` ones are
 * where they were not inlined after all, have none. Null where the function tracer lists nothing.
 */
export function isPatchable(name: string): boolean | null {
  const symbols = kernelSymbols();
  if (patchable?.of !== symbols) {
    const listed = readListed();
    patchable = { of: symbols, names: listed === null ? null : new Set(listed.map((each) => each.name)) };
  }
  return patchable.names?.has(name) ?? null;
}

function readTraceable(): KernelFunction[] {
  const refused = new Set(
    (readOrNull(() => '/sys/kernel/debug/kprobes/blacklist') ?? '').split('\n').map((line) => line.split(/\s+/)[1]),
  );
  const functions = readListed() ?? fromKallsyms();
  const byName = new Map<string, KernelFunction>();
  for (const one of functions) if (!refused.has(one.name) && !byName.has(one.name)) byName.set(one.name, one);
  return [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

/** As the function tracer lists them; null where there is none. */
function readListed(): KernelFunction[] | null {
  const text = readOrNull(() => `${tracefs()}/available_filter_functions`) ?? '';
  return text === '' ? null : parseFilterFunctions(text);
}

/** `name` or `name [module]` a line. */
export function parseFilterFunctions(text: string): KernelFunction[] {
  return [...text.matchAll(/^([^\s]+)(?:\s+\[([^\]]+)\])?$/gm)]
    .map(([, name = '', module = '']) => ({ name, module }))
    .filter(({ name }) => !name.startsWith('__ftrace_invalid_address__'));
}

function fromKallsyms(): KernelFunction[] {
  return kernelSymbols()
    .names()
    .map((name) => ({ name, module: '' }));
}

function readOrNull(path: () => string): string | null {
  try {
    return readFileSync(path(), 'latin1');
  } catch (error) {
    if (error instanceof KernelError || (error as NodeJS.ErrnoException).code !== undefined) return null;
    throw error;
  }
}
