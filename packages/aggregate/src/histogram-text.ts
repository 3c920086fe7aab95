import { bucketBounds, log2 } from './buckets.ts';
import type { Cells } from './map-state.ts';
import type { MapSchema } from './schema.ts';

const BAR_WIDTH = 52;

/** Slots from the first to the last that hold anything, so that gaps show. Empty where none does. */
export function shownSlots(cells: Cells): number[] {
  const filled = [...cells].filter(([, count]) => count !== 0n).map(([slot]) => slot);
  if (filled.length === 0) {
    return [];
  }
  const first = Math.min(...filled);
  return Array.from({ length: Math.max(...filled) - first + 1 }, (_, index) => first + index);
}

/** A histogram as bpftrace draws it, a line a bucket: label to 16 columns, count to 24, a bar of up to 52. */
export function renderHistogram(schema: MapSchema, cells: Cells, div = 1n): string {
  // bpftrace divides the counts of a hist only.
  const scale = schema.kind === 'hist' ? div : 1n;
  const rows = shownSlots(cells).map((slot) => ({ slot, count: (cells.get(slot) ?? 0n) / scale }));
  let highest = 0n;
  for (const { count } of rows) {
    if (count > highest) {
      highest = count;
    }
  }
  return rows
    .map(({ slot, count }) => {
      const label = bucketLabel(schema, slot).padEnd(16);
      const bar = '@'.repeat(barLength(count, highest)).padEnd(BAR_WIDTH);
      return `${label}${count.toString().padStart(8)} |${bar}|\n`;
    })
    .join('');
}

/** In single precision, as bpftrace computes it. */
function barLength(count: bigint, highest: bigint): number {
  if (count <= 0n || highest <= 0n) {
    return 0;
  }
  const share = Math.fround(Math.fround(Number(count)) / Math.fround(Number(highest)));
  return Math.trunc(Math.fround(share * BAR_WIDTH));
}

/** `[2, 4)`, `[0]`, `(..., 0)`, `[10, ...)`. */
export function bucketLabel(schema: MapSchema, slot: number): string {
  const { min, max } = bucketBounds(schema, slot);
  const name = (value: bigint) =>
    schema.kind === 'lhist' ? linearLabel(value, schema.lhist?.step ?? 1n) : powerLabel(value, schema.histBits ?? 0);
  if (min === null) {
    return `(..., ${name((max ?? 0n) + 1n)})`;
  }
  if (max === null) {
    return `[${name(min)}, ...)`;
  }
  return min === max ? `[${name(min)}]` : `[${name(min)}, ${name(max + 1n)})`;
}

/** A power of two with its sub-bucket: the suffix counts the power alone, so that 1152 stays 1152 and 4608 is 4608. */
function powerLabel(value: bigint, bits: number): string {
  if (value < 1n << BigInt(bits)) {
    return value.toString();
  }
  const thousands = Math.floor((log2(value) - bits) / 10);
  return `${value >> BigInt(10 * thousands)}${['', 'K', 'M', 'G', 'T', 'P', 'E'][thousands] ?? ''}`;
}

function linearLabel(value: bigint, step: bigint): string {
  const kilo = 1024n;
  const mega = kilo * kilo;
  if (step % kilo !== 0n || value === 0n || value % kilo !== 0n) {
    return value.toString();
  }
  return value % mega === 0n ? `${value / mega}M` : `${value / kilo}K`;
}
