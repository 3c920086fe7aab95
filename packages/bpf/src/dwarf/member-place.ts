import { At, OP_PLUS_UCONST } from './constants.ts';
import type { DebugEntries } from './debug-entries.ts';
import { DwarfError } from './dwarf-error.ts';
import type { Entry } from './entry.ts';
import { MAX_LENGTH } from './limits.ts';

/**
 * Bits from the start of a structure to a field (DWARF 5, section 5.7.6); undefined where the running program computes
 * it, as for a virtual base class. `typeBytes`: of the type of a bit-field, which DWARF 3 counts from the end of.
 */
export function memberPlace(entries: DebugEntries, entry: Entry, typeBytes: () => number): number | undefined {
  const direct = entries.constant(entry, At.DATA_BIT_OFFSET);
  if (direct !== undefined) return bounded(direct);
  const bytes = entries.has(entry, At.DATA_MEMBER_LOCATION) ? location(entries, entry) : 0n;
  if (bytes === undefined) return undefined;
  const fromHighest = entries.constant(entry, At.BIT_OFFSET);
  if (fromHighest === undefined) return bounded(bytes * 8n);
  const unit = entries.constant(entry, At.BYTE_SIZE) ?? BigInt(typeBytes());
  return bounded((bytes + unit) * 8n - fromHighest - (entries.constant(entry, At.BIT_SIZE) ?? 0n));
}

/** A constant, or as DWARF 2 has it an expression that adds one. Bytes. */
function location(entries: DebugEntries, entry: Entry): bigint | undefined {
  const constant = entries.constant(entry, At.DATA_MEMBER_LOCATION);
  if (constant !== undefined) return constant;
  const block = entries.block(entry, At.DATA_MEMBER_LOCATION);
  if (block === undefined || block.at === block.end || block.u8() !== OP_PLUS_UCONST) return undefined;
  const offset = block.wideUleb();
  return block.at === block.end ? offset : undefined;
}

function bounded(bits: bigint): number {
  if (bits < 0n || bits > BigInt(MAX_LENGTH) * 8n) throw new DwarfError('a field in it lies outside');
  return Number(bits);
}
