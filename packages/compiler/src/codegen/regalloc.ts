import { Register } from '@bpfleet/bpf';
import type { IrFunction, IrInstruction } from '../ir/ir.ts';
import { computeLiveness } from '../ir/liveness.ts';
import { Operands, written } from '../ir/operands.ts';

/** Where a virtual register lives: a register of the machine, or a slot of the stack by its number. */
export type Location =
  | { readonly kind: 'register'; readonly register: number }
  | { readonly kind: 'slot'; readonly slot: number };

export interface Allocation {
  readonly locations: ReadonlyMap<number, Location>;
  /** How many 8-byte slots are used. */
  readonly slots: number;
}

/** From the instruction that writes a register first to the last that reads it, in the order they are laid out. */
interface Interval {
  readonly register: number;
  start: number;
  end: number;
  /** A register it is copied from, whose place would spare the copy. */
  hint?: number | undefined;
}

/** Kept over calls. R0 and R1 are never given out: the emitter loads and stores slots through them. */
const keptRegisters: readonly number[] = [Register.R6, Register.R7, Register.R8, Register.R9];
const lostRegisters: readonly number[] = [Register.R2, Register.R3, Register.R4, Register.R5];

/**
 * Linear scan over live intervals (Poletto and Sarkar 1999). What lives over a call gets R6-R9, the rest R2-R5 first;
 * where none is free, whatever is needed last goes to the stack.
 */
export function allocateRegisters(program: IrFunction): Allocation {
  const { intervals, calls } = liveIntervals(program);
  const locations = new Map<number, Location>();
  const slots = new SlotPool();
  let active: { interval: Interval; register: number }[] = [];
  for (const interval of intervals) {
    active = active.filter((other) => other.interval.end > interval.start);
    slots.release(interval.start);
    const allowed = crossesCall(interval, calls) ? keptRegisters : [...lostRegisters, ...keptRegisters];
    const taken = new Set(active.map((other) => other.register));
    const free = allowed.filter((register) => !taken.has(register));
    const hinted = interval.hint === undefined ? undefined : locations.get(interval.hint);
    const wanted = hinted?.kind === 'register' && free.includes(hinted.register) ? hinted.register : free[0];
    if (wanted !== undefined) {
      locations.set(interval.register, { kind: 'register', register: wanted });
      active.push({ interval, register: wanted });
      continue;
    }
    const victim = active
      .filter((other) => allowed.includes(other.register))
      .reduce((last, other) => (other.interval.end > last.interval.end ? other : last));
    if (victim.interval.end > interval.end) {
      locations.set(victim.interval.register, slots.take(victim.interval));
      locations.set(interval.register, { kind: 'register', register: victim.register });
      active = active.filter((other) => other !== victim);
      active.push({ interval, register: victim.register });
    } else {
      locations.set(interval.register, slots.take(interval));
    }
  }
  return { locations, slots: slots.count };
}

/** Slots are used again; one that is taken over from a register was free since that interval began, so it is new. */
class SlotPool {
  readonly #busy: { readonly slot: number; readonly until: number }[] = [];
  readonly #free: { readonly slot: number; readonly since: number }[] = [];
  count = 0;

  release(now: number): void {
    for (let index = this.#busy.length - 1; index >= 0; index--) {
      const entry = this.#busy[index];
      if (entry === undefined || entry.until > now) continue;
      this.#busy.splice(index, 1);
      this.#free.push({ slot: entry.slot, since: entry.until });
    }
  }

  take(interval: Interval): Location {
    const index = this.#free.findIndex((entry) => entry.since <= interval.start);
    const slot = index >= 0 ? (this.#free.splice(index, 1)[0]?.slot ?? 0) : this.count++;
    this.#busy.push({ slot, until: interval.end });
    return { kind: 'slot', slot };
  }
}

function liveIntervals(program: IrFunction): { intervals: Interval[]; calls: number[] } {
  const operands = new Operands(program);
  const { liveIn, liveOut } = computeLiveness(program);
  const byRegister = new Map<number, Interval>();
  const calls: number[] = [];
  const touch = (register: number, position: number) => {
    const interval = byRegister.get(register);
    if (interval === undefined) byRegister.set(register, { register, start: position, end: position });
    else {
      interval.start = Math.min(interval.start, position);
      interval.end = Math.max(interval.end, position);
    }
  };
  let position = 0;
  for (const block of program.blocks) {
    for (const register of liveIn.get(block.id) ?? []) touch(register, position);
    for (const instruction of block.instructions) {
      position++;
      for (const register of operands.reads(instruction)) touch(register, position);
      const result = written(instruction);
      if (result !== undefined) touch(result, position);
      if (instruction.kind === 'call') calls.push(position);
      const interval = result === undefined ? undefined : byRegister.get(result);
      if (interval !== undefined) interval.hint ??= copiedFrom(instruction);
    }
    position++;
    for (const register of operands.terminatorReads(block.terminator)) touch(register, position);
    for (const register of liveOut.get(block.id) ?? []) touch(register, position + 1);
    position++;
  }
  const intervals = [...byRegister.values()].sort((a, b) => a.start - b.start || a.register - b.register);
  return { intervals, calls };
}

/** The register whose value a result starts from: two-operand instructions change it in place. */
function copiedFrom(instruction: IrInstruction): number | undefined {
  const source =
    instruction.kind === 'copy' || instruction.kind === 'negate' || instruction.kind === 'swap'
      ? instruction.source
      : instruction.kind === 'binary'
        ? instruction.left
        : undefined;
  return typeof source === 'number' ? source : undefined;
}

/** Whether a call lies strictly within: arguments may end at it, and its result begin. */
function crossesCall({ start, end }: Interval, calls: readonly number[]): boolean {
  let low = 0;
  let high = calls.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((calls[middle] ?? 0) <= start) low = middle + 1;
    else high = middle;
  }
  const next = calls[low];
  return next !== undefined && next < end;
}
