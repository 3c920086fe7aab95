/** Symbols of code that a program wrote for itself. */
export interface PerfMap {
  find(address: number): { readonly name: string; readonly offset: number } | null;
  readonly bytes: number;
}

/** A JIT that runs for long appends without end. */
export const MAX_PERF_MAP = 64 * 1024 * 1024;
const MAX_NAME = 4096;

/**
 * A file as JITs write for perf: `START SIZE NAME` a line, both numbers in hexadecimal (the kernel's
 * tools/perf/Documentation/jit-interface.txt). Of two that lie over each other the later is right: code is written anew.
 */
export function parsePerfMap(text: string): PerfMap {
  const entries: { start: number; size: number; name: string }[] = [];
  for (const [, start = '', size = '', name = ''] of text.matchAll(
    /^(?:0x)?([0-9a-f]+) (?:0x)?([0-9a-f]+) ([^\n]+)$/gim,
  )) {
    entries.push({ start: Number.parseInt(start, 16), size: Number.parseInt(size, 16), name: name.slice(0, MAX_NAME) });
  }
  const order = [...entries.keys()].sort((a, b) => (entries[a]?.start ?? 0) - (entries[b]?.start ?? 0) || a - b);
  const sorted = order.flatMap((index) => entries[index] ?? []);
  return { find: (address) => find(sorted, address), bytes: text.length * 2 + entries.length * 64 };
}

function find(
  entries: readonly { readonly start: number; readonly size: number; readonly name: string }[],
  address: number,
): { name: string; offset: number } | null {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((entries[middle]?.start ?? 0) <= address) low = middle + 1;
    else high = middle;
  }
  const entry = entries[low - 1];
  if (entry === undefined || address - entry.start >= entry.size) return null;
  return { name: entry.name, offset: address - entry.start };
}
