import { readFileSync } from 'node:fs';
import { KernelError } from '../kernel-error.ts';
import { tracefs } from '../tracefs/tracefs.ts';

/** A function of the kernel; `module` is empty for the kernel proper. */
export interface KernelFunction {
  readonly name: string;
  readonly module: string;
}

let traceable: readonly KernelFunction[] | null = null;
let known: ReadonlyMap<string, number> | null = null;

/**
 * By name: how many functions have it, in the kernel and its modules. From /proc/kallsyms, whose names anyone may
 * read; modules that are loaded later are not in it.
 */
export function kernelFunctions(): ReadonlyMap<string, number> {
  known ??= countNames(readFileSync('/proc/kallsyms', 'latin1'));
  return known;
}

/**
 * The functions that a probe can be put on, sorted by name, each once: as the kernel's function tracer lists them, or
 * where there is none all that kallsyms has; without those that kprobes refuse.
 */
export function traceableFunctions(): readonly KernelFunction[] {
  traceable ??= readTraceable();
  return traceable;
}

/** `ffffffff81000000 T name` and `... t name [module]`; T, t, W and w are code. */
export function countNames(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const match of text.matchAll(/^[0-9a-f]+ [TtWw] ([^\s]+)/gm)) {
    const name = match[1] ?? '';
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

function readTraceable(): KernelFunction[] {
  const listed = readOrNull(() => `${tracefs()}/available_filter_functions`);
  const refused = new Set(
    (readOrNull(() => '/sys/kernel/debug/kprobes/blacklist') ?? '').split('\n').map((line) => line.split(/\s+/)[1]),
  );
  const functions = listed === null || listed === '' ? fromKallsyms() : parseFilterFunctions(listed);
  const byName = new Map<string, KernelFunction>();
  for (const one of functions) if (!refused.has(one.name) && !byName.has(one.name)) byName.set(one.name, one);
  return [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

/** `name` or `name [module]` a line. */
export function parseFilterFunctions(text: string): KernelFunction[] {
  return [...text.matchAll(/^([^\s]+)(?:\s+\[([^\]]+)\])?$/gm)]
    .map(([, name = '', module = '']) => ({ name, module }))
    .filter(({ name }) => !name.startsWith('__ftrace_invalid_address__'));
}

function fromKallsyms(): KernelFunction[] {
  return [...kernelFunctions().keys()].map((name) => ({ name, module: '' }));
}

function readOrNull(path: () => string): string | null {
  try {
    return readFileSync(path(), 'latin1');
  } catch (error) {
    if (error instanceof KernelError || (error as NodeJS.ErrnoException).code !== undefined) return null;
    throw error;
  }
}
